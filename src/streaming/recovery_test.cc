#include <algorithm>

#include "gtest/gtest.h"
#include "streaming/failpoints.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

// A whole query is crashed at every step of every batch and started again: what the sink holds in
// the end must be what an uninterrupted run gives.

const std::vector<int64_t> kNumbers = {1, 2, 2, 3, 1, 2, 4};

std::shared_ptr<NumberTable> NewNumbers() {
  auto table = std::make_shared<NumberTable>();
  table->Add(kNumbers);
  table->set_rows_per_batch(3);
  return table;
}

const BatchRows kSelected = {{0, {"[1]", "[2]", "[2]"}}, {1, {"[1]", "[2]", "[3]"}}, {2, {"[4]"}}};
const BatchRows kCounted = {
    {0, {"[1,1]", "[2,2]"}}, {1, {"[1,2]", "[2,3]", "[3,1]"}}, {2, {"[4,1]"}}};

struct Crash {
  std::string point;
  int occurrence;
};

std::vector<Crash> AllCrashes() {
  std::vector<Crash> crashes;
  for (const std::string_view point : failpoints::kAll) {
    for (int occurrence = 0; occurrence < 3; ++occurrence) {
      crashes.push_back({std::string(point), occurrence});
    }
  }
  return crashes;
}

class RecoveryTest : public testing::TestWithParam<Crash> {
 protected:
  template <typename Sink>
  StreamDefinition Definition(bool stateful, const std::shared_ptr<Sink>& sink) {
    StreamDefinition definition =
        kit_.Define(stateful ? CountNumbers(table_) : SelectNumbers(table_), sink);
    definition.mode = stateful ? OutputMode::kUpdate : OutputMode::kAppend;
    definition.trigger = Trigger::AvailableNow();
    return definition;
  }

  // Crashes the query at the point, starts it again, and expects it to end well.
  template <typename Sink>
  void CrashAndResume(bool stateful, const std::shared_ptr<Sink>& sink) {
    kit_.FailAt(GetParam().point, GetParam().occurrence);
    const Status crashed = kit_.RunToEnd(Definition(stateful, sink));
    ASSERT_EQ(ErrorCondition(crashed), "STREAM_FAILED") << crashed.ToString();
    kit_.FailAt("");
    kit_.clock().Advance(60'000);
    const std::string batch = std::to_string(GetParam().occurrence);
    const std::vector<std::string> logged = kit_.ListFiles("offsets");
    const bool has_offsets = std::find(logged.begin(), logged.end(), batch) != logged.end();
    EXPECT_EQ(has_offsets, GetParam().point != failpoints::kBeforeOffsets);
    const std::string before = has_offsets ? kit_.ReadFile("offsets/" + batch) : "";
    kit_.Restart();
    const Status resumed = kit_.RunToEnd(Definition(stateful, sink));
    ASSERT_TRUE(resumed.ok()) << resumed.ToString();
    // What was written ahead stays as it was: time and range are those of the first attempt.
    if (has_offsets) {
      EXPECT_EQ(kit_.ReadFile("offsets/" + batch), before);
    }
    EXPECT_EQ(kit_.ListFiles("offsets"), (std::vector<std::string>{"0", "1", "2"}));
    EXPECT_EQ(kit_.ListFiles("commits"), (std::vector<std::string>{"0", "1", "2"}));
  }

  StreamingTestKit kit_{/*threads=*/2};
  std::shared_ptr<NumberTable> table_ = NewNumbers();
};

TEST_P(RecoveryTest, StatelessIntoABatchSink) {
  const auto sink = std::make_shared<RememberingSink>();
  CrashAndResume(false, sink);
  EXPECT_EQ(sink->batches(), kSelected);
}

TEST_P(RecoveryTest, StatefulIntoABatchSink) {
  const auto sink = std::make_shared<RememberingSink>();
  CrashAndResume(true, sink);
  EXPECT_EQ(sink->batches(), kCounted);
}

TEST_P(RecoveryTest, StatefulIntoASinkThatCommitsEpochs) {
  const auto sink = std::make_shared<EpochTable>();
  CrashAndResume(true, sink);
  EXPECT_EQ(sink->committed(), kCounted);
  // A batch that the sink says it has is not even computed again.
  EXPECT_EQ(sink->commit_calls(), 3);
  EXPECT_EQ(sink->aborts(), 0);
}

TEST_P(RecoveryTest, StatelessIntoASinkThatCannotTell) {
  const auto sink = std::make_shared<EpochTable>();
  sink->set_remembers(false);
  CrashAndResume(false, sink);
  EXPECT_EQ(sink->committed(), kSelected);
}

INSTANTIATE_TEST_SUITE_P(EveryStep, RecoveryTest, testing::ValuesIn(AllCrashes()),
                         [](const testing::TestParamInfo<Crash>& info) {
                           std::string name = info.param.point;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name + "_" + std::to_string(info.param.occurrence);
                         });

TEST(RecoveryOnceTest, OnceRunsTheInterruptedBatchAndNoMore) {
  StreamingTestKit kit;
  const auto table = NewNumbers();
  const auto sink = std::make_shared<RememberingSink>();
  StreamDefinition definition = kit.Define(SelectNumbers(table), sink);
  definition.trigger = Trigger::AvailableNow();
  kit.FailAt(std::string(failpoints::kAfterOffsets), 1);
  ASSERT_FALSE(kit.RunToEnd(definition).ok());
  kit.FailAt("");
  kit.Restart();
  definition.trigger = Trigger::Once();
  ASSERT_TRUE(kit.RunToEnd(definition).ok());
  EXPECT_EQ(sink->batches().size(), 2u);
  EXPECT_EQ(sink->batches().at(1), kSelected.at(1));
}

TEST(RecoveryOnceTest, CrashingOverAndOverGetsThereInTheEnd) {
  StreamingTestKit kit;
  const auto table = NewNumbers();
  const auto sink = std::make_shared<RememberingSink>();
  StreamDefinition definition = kit.Define(CountNumbers(table), sink);
  definition.mode = OutputMode::kUpdate;
  definition.trigger = Trigger::AvailableNow();
  // Each run passes the point once at most, so each gets a little further.
  for (const std::string_view point : failpoints::kAll) {
    for (int run = 0; run < 2; ++run) {
      kit.FailAt(std::string(point), run);
      (void)kit.RunToEnd(definition);
      kit.Restart();
    }
  }
  kit.FailAt("");
  ASSERT_TRUE(kit.RunToEnd(definition).ok());
  EXPECT_EQ(sink->batches(), kCounted);
}

}  // namespace
}  // namespace firesteel
