#include "streaming/trigger_executor.h"

#include <vector>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

/// A clock that jumps to every deadline it is asked to wait for.
class JumpingClock final : public Clock {
 public:
  explicit JumpingClock(int64_t now_ms) : now_ms_(now_ms) {}
  int64_t NowMs() const override { return now_ms_; }
  int64_t NowMicros() const override { return now_ms_ * 1000; }
  int64_t MonotonicNanos() const override { return now_ms_ * 1'000'000; }
  int64_t WaitUntilMs(int64_t deadline_ms, const std::atomic<bool>& interrupted) override {
    if (!interrupted && deadline_ms > now_ms_) now_ms_ = deadline_ms;
    return now_ms_;
  }
  void WakeAll() override {}
  void Pass(int64_t ms) { now_ms_ += ms; }

 private:
  int64_t now_ms_;
};

class TriggerExecutorTest : public testing::Test {
 protected:
  // Runs until `outcomes` are used up. A batch takes `batch_ms`.
  Status Execute(const Trigger& trigger, std::vector<TriggerOutcome> outcomes,
                 int64_t batch_ms = 0) {
    size_t next = 0;
    const TriggerSteps steps{.run = [&]() -> Result<TriggerOutcome> {
                               starts_ms_.push_back(clock_.NowMs());
                               clock_.Pass(batch_ms);
                               const TriggerOutcome outcome = outcomes[next++];
                               if (next == outcomes.size()) stop_.Cancel();
                               return outcome;
                             },
                             .wait_for_data = [&] { ++waits_for_data_; },
                             .before_waiting_for_trigger = [&] { ++waits_for_trigger_; }};
    return TriggerExecutor::Make(trigger, &clock_, &stop_)->Execute(steps);
  }

  static constexpr TriggerOutcome kBatch = TriggerOutcome::kRanBatch;
  static constexpr TriggerOutcome kNothing = TriggerOutcome::kNoData;
  JumpingClock clock_{10'300};
  CancellationToken stop_;
  std::vector<int64_t> starts_ms_;
  int waits_for_data_ = 0;
  int waits_for_trigger_ = 0;
};

TEST_F(TriggerExecutorTest, TheDefaultWaitsOnlyWhenThereIsNothing) {
  ASSERT_TRUE(Execute(Trigger(), {kBatch, kBatch, kNothing, kBatch}).ok());
  EXPECT_EQ(starts_ms_.size(), 4u);
  EXPECT_EQ(waits_for_data_, 1);
}

TEST_F(TriggerExecutorTest, AnIntervalStartsAtOnceAndThenAtItsMultiples) {
  ASSERT_TRUE(Execute(Trigger::ProcessingTime(1000), {kBatch, kNothing, kBatch}, 50).ok());
  EXPECT_EQ(starts_ms_, (std::vector<int64_t>{10'300, 11'000, 12'000}));
  EXPECT_EQ(waits_for_trigger_, 2);
  EXPECT_EQ(waits_for_data_, 0);
}

TEST_F(TriggerExecutorTest, ALateBatchIsFollowedAtOnce) {
  ASSERT_TRUE(Execute(Trigger::ProcessingTime(1000), {kBatch, kBatch, kBatch}, 1'500).ok());
  EXPECT_EQ(starts_ms_, (std::vector<int64_t>{10'300, 11'800, 13'300}));
}

TEST_F(TriggerExecutorTest, TheLongestIntervalDoesNotOverflow) {
  ASSERT_TRUE(Execute(Trigger::ProcessingTime(INT64_MAX), {kBatch, kBatch}).ok());
  EXPECT_EQ(starts_ms_.back(), INT64_MAX);
}

TEST_F(TriggerExecutorTest, OnceIsOneTrigger) {
  ASSERT_TRUE(Execute(Trigger::Once(), {kNothing, kBatch}).ok());
  EXPECT_EQ(starts_ms_.size(), 1u);
  EXPECT_EQ(waits_for_data_, 0);
}

TEST_F(TriggerExecutorTest, AvailableNowGoesOnUntilThereIsNothing) {
  ASSERT_TRUE(Execute(Trigger::AvailableNow(), {kBatch, kBatch, kNothing, kBatch}).ok());
  EXPECT_EQ(starts_ms_.size(), 3u);
}

TEST_F(TriggerExecutorTest, AStopBeforeTheStartRunsNothing) {
  stop_.Cancel();
  for (const Trigger& trigger :
       {Trigger(), Trigger::ProcessingTime(1000), Trigger::Once(), Trigger::AvailableNow()}) {
    ASSERT_TRUE(Execute(trigger, {kBatch}).ok());
  }
  EXPECT_TRUE(starts_ms_.empty());
}

TEST_F(TriggerExecutorTest, AnErrorEndsIt) {
  for (const Trigger& trigger :
       {Trigger(), Trigger::ProcessingTime(1000), Trigger::Once(), Trigger::AvailableNow()}) {
    const TriggerSteps steps{
        .run = []() -> Result<TriggerOutcome> { return Status::IOError("broken"); },
        .wait_for_data = [] {},
        .before_waiting_for_trigger = [] {}};
    EXPECT_TRUE(TriggerExecutor::Make(trigger, &clock_, &stop_)->Execute(steps).IsIOError());
  }
}

}  // namespace
}  // namespace firesteel
