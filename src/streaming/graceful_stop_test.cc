#include <condition_variable>
#include <mutex>
#include <thread>

#include "gtest/gtest.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

using Names = std::vector<std::string>;

/// Holds the query's thread in the middle of a batch until it is let go.
class BatchGate {
 public:
  /// Called in the batch.
  Status Pass() {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return Status::OK();
  }
  void AwaitBatch() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_ > 0; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;     // guarded by mutex_
  bool open_ = false;  // guarded by mutex_
};

class GracefulStopTest : public testing::Test {
 protected:
  GracefulStopTest() {
    table_->set_rows_per_batch(1);
    table_->Add({1, 2, 3});
  }
  StreamDefinition Definition(Trigger trigger = {}) {
    StreamDefinition definition = kit_.Define(SelectNumbers(table_), sink_);
    definition.trigger = trigger;
    return definition;
  }
  std::shared_ptr<StreamingQuery> Start(StreamDefinition definition) {
    Result<std::shared_ptr<StreamingQuery>> query = kit_.manager().Start(std::move(definition));
    EXPECT_TRUE(query.ok()) << query.status().ToString();
    return query.ok() ? *query : nullptr;
  }
  /// Lets each batch wait at the gate, in the sink.
  void HoldBatches() {
    sink_->on_batch = [this](int64_t) { return gate_.Pass(); };
  }

  BatchGate gate_;
  StreamingTestKit kit_;
  std::shared_ptr<NumberTable> table_ = std::make_shared<NumberTable>();
  std::shared_ptr<RememberingSink> sink_ = std::make_shared<RememberingSink>();
};

TEST_F(GracefulStopTest, TheBatchThatRunsIsFinishedAndNoOtherBegins) {
  for (const Trigger& trigger : {Trigger(), Trigger::AvailableNow(), Trigger::ProcessingTime(9)}) {
    SCOPED_TRACE(static_cast<int>(trigger.kind()));
    StreamingTestKit kit;
    BatchGate gate;
    const auto sink = std::make_shared<RememberingSink>();
    sink->on_batch = [&](int64_t) { return gate.Pass(); };
    StreamDefinition definition = kit.Define(SelectNumbers(table_), sink);
    definition.trigger = trigger;
    const auto query = kit.manager().Start(definition).ValueOrDie();
    gate.AwaitBatch();
    EXPECT_FALSE(query->StopGracefully(0).ValueOrDie());
    EXPECT_TRUE(query->IsActive());
    EXPECT_TRUE(query->GetStatus().is_trigger_active);
    gate.Open();
    EXPECT_TRUE(query->StopGracefully(-1).ValueOrDie());
    EXPECT_FALSE(query->IsActive());
    EXPECT_TRUE(query->Exception().ok());
    EXPECT_EQ(query->GetStatus().message, "Stopped");
    EXPECT_EQ(kit.ListFiles("offsets"), Names{"0"});
    EXPECT_EQ(kit.ListFiles("commits"), Names{"0"});
    // The next run goes on behind it.
    definition.trigger = Trigger::AvailableNow();
    ASSERT_TRUE(kit.RunToEnd(definition).ok());
    EXPECT_EQ(sink->batches(), (BatchRows{{0, {"[1]"}}, {1, {"[2]"}}, {2, {"[3]"}}}));
    EXPECT_EQ(sink->attempts(0), 1);
  }
}

TEST_F(GracefulStopTest, StopGivesUpABatchThatWasToBeFinished) {
  table_->set_hangs(true);
  const auto query = Start(Definition());
  table_->AwaitHanging();
  EXPECT_FALSE(query->StopGracefully(1).ValueOrDie());
  EXPECT_TRUE(query->IsActive());
  EXPECT_TRUE(query->Stop().ok());
  EXPECT_TRUE(query->Exception().ok());
  EXPECT_EQ(kit_.ListFiles("offsets"), Names{"0"});
  EXPECT_TRUE(kit_.ListFiles("commits").empty());
}

TEST_F(GracefulStopTest, AQueryThatWaitsEndsAtOnce) {
  for (const Trigger& trigger : {Trigger(), Trigger::ProcessingTime(100'000)}) {
    const auto query = Start(Definition(trigger));
    kit_.clock().AwaitWaiterPast(kit_.clock().NowMs());
    EXPECT_TRUE(query->StopGracefully(-1).ValueOrDie());
    EXPECT_TRUE(query->Exception().ok());
    EXPECT_TRUE(query->StopGracefully(-1).ValueOrDie());  // and once more
  }
}

TEST_F(GracefulStopTest, ABatchThatFailsWhileItIsFinishedIsAFailure) {
  sink_->on_batch = [this](int64_t) {
    ARROW_RETURN_NOT_OK(gate_.Pass());
    return Status::IOError("The sink is full.");
  };
  const auto query = Start(Definition());
  gate_.AwaitBatch();
  EXPECT_FALSE(query->StopGracefully(0).ValueOrDie());
  gate_.Open();
  EXPECT_TRUE(query->StopGracefully(-1).ValueOrDie());
  EXPECT_EQ(ErrorCondition(query->Exception()), "STREAM_FAILED");
  EXPECT_TRUE(kit_.ListFiles("commits").empty());
}

TEST_F(GracefulStopTest, FromInsideOfABatchItReturnsAtOnce) {
  sink_->on_batch = [this](int64_t) {
    for (const auto& query : kit_.manager().Active()) {
      EXPECT_FALSE(query->StopGracefully(-1).ValueOrDie());
    }
    return Status::OK();
  };
  const auto query = Start(Definition());
  ASSERT_TRUE(query->AwaitTermination().ok());
  EXPECT_EQ(kit_.ListFiles("commits"), Names{"0"});
}

TEST_F(GracefulStopTest, TheSettingMakesStopGraceful) {
  HoldBatches();
  StreamDefinition definition = Definition();
  ASSERT_TRUE(definition.config.Set("firesteel.streaming.stopGracefully", "true").ok());
  const auto query = Start(definition);
  gate_.AwaitBatch();
  Status stopped;
  std::thread stopper([&] { stopped = query->Stop(); });
  gate_.Open();
  stopper.join();
  EXPECT_TRUE(stopped.ok());
  EXPECT_FALSE(query->IsActive());
  // Whether Stop came in time for the first batch or only for a later one, none was given up.
  EXPECT_EQ(kit_.ListFiles("commits"), kit_.ListFiles("offsets"));
}

TEST_F(GracefulStopTest, TheSettingGivesUpABatchThatTakesTooLong) {
  table_->set_hangs(true);
  StreamDefinition definition = Definition();
  ASSERT_TRUE(definition.config.Set("firesteel.streaming.stopGracefully", "true").ok());
  ASSERT_TRUE(definition.config.Set("spark.sql.streaming.stopTimeout", "1").ok());
  const auto query = Start(definition);
  table_->AwaitHanging();
  // The millisecond may be too short for giving up as well.
  (void)query->Stop();
  ASSERT_TRUE(query->AwaitTermination().ok());
  EXPECT_TRUE(kit_.ListFiles("commits").empty());
}

}  // namespace
}  // namespace firesteel
