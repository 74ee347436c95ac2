#include "streaming/micro_batch_execution.h"

#include "gtest/gtest.h"
#include "plan/operators.h"
#include "streaming/failpoints.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

using Names = std::vector<std::string>;

class MicroBatchExecutionTest : public testing::Test {
 protected:
  StreamDefinition Select(Trigger trigger = {}) {
    StreamDefinition definition = kit_.Define(SelectNumbers(table_), sink_);
    definition.trigger = trigger;
    return definition;
  }
  StreamDefinition Count(Trigger trigger = {}) {
    StreamDefinition definition = kit_.Define(CountNumbers(table_), sink_);
    definition.mode = OutputMode::kUpdate;
    definition.trigger = trigger;
    return definition;
  }
  std::shared_ptr<StreamingQuery> Start(StreamDefinition definition) {
    Result<std::shared_ptr<StreamingQuery>> query = kit_.manager().Start(std::move(definition));
    EXPECT_TRUE(query.ok()) << query.status().ToString();
    return query.ok() ? *query : nullptr;
  }
  static std::vector<int64_t> BatchIds(const StreamingQuery& query) {
    std::vector<int64_t> ids;
    for (const StreamingQueryProgress& progress : query.RecentProgress()) {
      if (progress.duration_ms.contains("addBatch")) ids.push_back(progress.batch_id);
    }
    return ids;
  }

  StreamingTestKit kit_;
  std::shared_ptr<NumberTable> table_ = std::make_shared<NumberTable>();
  std::shared_ptr<RememberingSink> sink_ = std::make_shared<RememberingSink>();
};

TEST_F(MicroBatchExecutionTest, ADefaultTriggerFollowsTheData) {
  const auto query = Start(Select());
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  EXPECT_TRUE(sink_->batches().empty());
  table_->Add({1, 2});
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  table_->Add({3});
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  EXPECT_EQ(sink_->batches(), (BatchRows{{0, {"[1]", "[2]"}}, {1, {"[3]"}}}));
  EXPECT_EQ(query->GetStatus().message, "Waiting for data to arrive");
  EXPECT_FALSE(query->GetStatus().is_data_available);
  ASSERT_TRUE(query->Stop().ok());
  EXPECT_EQ(query->GetStatus().message, "Stopped");
  EXPECT_FALSE(query->IsActive());
}

TEST_F(MicroBatchExecutionTest, DataWakeTheQueryWithoutAnyTimePassing) {
  std::mutex mutex;
  std::condition_variable changed;
  bool arrived = false;
  sink_->on_batch = [&](int64_t) {
    const std::lock_guard lock(mutex);
    arrived = true;
    changed.notify_all();
    return Status::OK();
  };
  const auto query = Start(Select());
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  kit_.clock().AwaitWaiterPast(kit_.clock().NowMs() + 1000);
  table_->Add({1});
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return arrived; });
}

TEST_F(MicroBatchExecutionTest, ASourceThatCannotWakeIsPolled) {
  table_->set_wakes(false);
  const auto query = Start(Select());
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  table_->Add({1});
  kit_.clock().AwaitWaiterPast(kit_.clock().NowMs() + 9);
  kit_.clock().Advance(10);
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  EXPECT_EQ(sink_->batches().size(), 1u);
}

TEST_F(MicroBatchExecutionTest, AnIntervalTriggerWaitsForItsTime) {
  table_->Add({1});
  const auto query = Start(Select(Trigger::ProcessingTime(100'000)));
  const int64_t now_ms = kit_.clock().NowMs();
  const int64_t next_ms = now_ms / 100'000 * 100'000 + 100'000;
  kit_.clock().AwaitWaiterPast(now_ms);
  EXPECT_EQ(sink_->batches().size(), 1u);
  EXPECT_EQ(query->GetStatus().message, "Waiting for next trigger");
  table_->Add({2});
  kit_.clock().Advance(next_ms - now_ms - 1);
  EXPECT_EQ(sink_->batches().size(), 1u);
  kit_.clock().Advance(1);
  kit_.clock().AwaitWaiterPast(next_ms);
  EXPECT_EQ(sink_->batches().size(), 2u);
  ASSERT_TRUE(query->Stop().ok());
}

TEST_F(MicroBatchExecutionTest, OnceTakesEverythingInOneBatch) {
  table_->set_rows_per_batch(1);
  table_->Add({1, 2, 3});
  ASSERT_TRUE(kit_.RunToEnd(Select(Trigger::Once())).ok());
  EXPECT_EQ(sink_->batches(), (BatchRows{{0, {"[1]", "[2]", "[3]"}}}));
  ASSERT_TRUE(kit_.RunToEnd(Select(Trigger::Once())).ok());
  table_->Add({4, 5});
  ASSERT_TRUE(kit_.RunToEnd(Select(Trigger::Once())).ok());
  EXPECT_EQ(sink_->batches(), (BatchRows{{0, {"[1]", "[2]", "[3]"}}, {1, {"[4]", "[5]"}}}));
}

TEST_F(MicroBatchExecutionTest, AvailableNowKeepsToLimitsAndToWhatWasThere) {
  table_->set_rows_per_batch(2);
  table_->Add({1, 2, 3});
  sink_->on_batch = [&](int64_t) {
    table_->Add({9});
    return Status::OK();
  };
  const auto query = Start(Select(Trigger::AvailableNow()));
  ASSERT_TRUE(query->AwaitTermination().ok());
  EXPECT_EQ(sink_->batches(), (BatchRows{{0, {"[1]", "[2]"}}, {1, {"[3]"}}}));
  EXPECT_EQ(BatchIds(*query), (std::vector<int64_t>{0, 1}));
}

TEST_F(MicroBatchExecutionTest, AvailableNowWithoutDataRunsNothing) {
  const auto query = Start(Select(Trigger::AvailableNow()));
  ASSERT_TRUE(query->AwaitTermination().ok());
  EXPECT_TRUE(BatchIds(*query).empty());
  EXPECT_TRUE(kit_.ListFiles("offsets").empty());
}

TEST_F(MicroBatchExecutionTest, WritesTheLogsOfSpark) {
  table_->Add({1, 2});
  ASSERT_TRUE(kit_.RunToEnd(Select(Trigger::AvailableNow())).ok());
  const OffsetSeq entry = OffsetSeqLog::Parse(kit_.ReadFile("offsets/0"), "x").ValueOrDie();
  EXPECT_EQ(entry.batch_timestamp_ms, kit_.clock().NowMs());
  EXPECT_EQ(entry.offsets, (std::vector<std::optional<std::string>>{"2"}));
  EXPECT_EQ(entry.conf.size(), 17u);
  EXPECT_EQ(entry.conf.at("spark.sql.shuffle.partitions"), "3");
  EXPECT_EQ(kit_.ReadFile("commits/0"), "v1\n{\"nextBatchWatermarkMs\":0}");
  EXPECT_EQ(table_->metadata_paths(), Names{kit_.checkpoint() + "/sources/0"});
}

TEST_F(MicroBatchExecutionTest, SourcesHearOfABatchWhenTheNextOneIsLogged) {
  table_->set_rows_per_batch(1);
  table_->Add({1, 2, 3});
  ASSERT_TRUE(kit_.RunToEnd(Select(Trigger::AvailableNow())).ok());
  EXPECT_EQ(table_->commits(), (Names{"1", "2"}));
}

TEST_F(MicroBatchExecutionTest, OldLogEntriesGo) {
  table_->set_rows_per_batch(1);
  table_->Add({1, 2, 3, 4, 5, 6});
  StreamDefinition definition = Select(Trigger::AvailableNow());
  ASSERT_TRUE(definition.config.Set("spark.sql.streaming.minBatchesToRetain", "2").ok());
  ASSERT_TRUE(kit_.RunToEnd(definition).ok());
  EXPECT_EQ(kit_.ListFiles("offsets"), (Names{"3", "4", "5"}));
  EXPECT_EQ(kit_.ListFiles("commits"), (Names{"3", "4", "5"}));
}

TEST_F(MicroBatchExecutionTest, StateIsDescribedAndKept) {
  table_->Add({1, 1, 2});
  ASSERT_TRUE(kit_.RunToEnd(Count(Trigger::AvailableNow())).ok());
  EXPECT_EQ(kit_.ReadFile("state/0/_metadata/metadata"),
            "v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"stateStoreSave\"},"
            "\"stateStoreInfo\":[{\"storeName\":\"default\",\"numColsPrefixKey\":0,"
            "\"numPartitions\":3}]}");
  EXPECT_EQ(kit_.ListFiles("state/0"), (Names{"0", "1", "2", "_metadata"}));
  EXPECT_EQ(kit_.ListFiles("state/0/0/_metadata"), Names{"schema"});
  kit_.Restart();
  table_->Add({1});
  StreamDefinition definition = Count(Trigger::AvailableNow());
  ASSERT_TRUE(definition.config.Set("spark.sql.shuffle.partitions", "5").ok());
  const auto query = Start(definition);
  ASSERT_TRUE(query->AwaitTermination().ok()) << query->Exception().ToString();
  EXPECT_EQ(sink_->batches(), (BatchRows{{0, {"[1,2]", "[2,1]"}}, {1, {"[1,3]"}}}));
  EXPECT_EQ(kit_.ListFiles("state/0"), (Names{"0", "1", "2", "_metadata"}));
  const StreamingQueryProgress progress = query->RecentProgress().front();
  ASSERT_EQ(progress.state_operators.size(), 1u);
  EXPECT_EQ(progress.state_operators[0].operator_name, "stateStoreSave");
  EXPECT_EQ(progress.state_operators[0].num_rows_total, 2);
  EXPECT_EQ(progress.state_operators[0].num_rows_updated, 1);
  EXPECT_EQ(progress.state_operators[0].num_shuffle_partitions, 3);
  EXPECT_EQ(progress.state_operators[0].num_state_store_instances, 3);
}

TEST_F(MicroBatchExecutionTest, StopGivesUpARunningBatch) {
  table_->Add({1, 2});
  table_->set_hangs(true);
  const auto query = Start(Count());
  table_->AwaitHanging();
  EXPECT_EQ(query->GetStatus().message, "Processing new data");
  EXPECT_TRUE(query->GetStatus().is_data_available);
  EXPECT_TRUE(query->GetStatus().is_trigger_active);
  ASSERT_TRUE(query->Stop().ok());
  EXPECT_TRUE(query->Exception().ok());
  EXPECT_EQ(kit_.ListFiles("offsets"), Names{"0"});
  EXPECT_TRUE(kit_.ListFiles("commits").empty());
  table_->set_hangs(false);
  ASSERT_TRUE(kit_.RunToEnd(Count(Trigger::AvailableNow())).ok());
  EXPECT_EQ(sink_->batches(), (BatchRows{{0, {"[1,1]", "[2,1]"}}}));
}

TEST_F(MicroBatchExecutionTest, StopFromInsideOfABatchLetsItFinish) {
  table_->Add({1});
  std::weak_ptr<StreamingQuery> self;
  sink_->on_batch = [&](int64_t) {
    for (const auto& query : kit_.manager().Active()) EXPECT_TRUE(query->Stop().ok());
    return Status::OK();
  };
  const auto query = Start(Select());
  ASSERT_TRUE(query->AwaitTermination().ok());
  EXPECT_EQ(kit_.ListFiles("commits"), Names{"0"});
}

TEST_F(MicroBatchExecutionTest, AFailureInTheSinkIsTheCause) {
  table_->Add({1});
  sink_->on_batch = [](int64_t) { return Status::IOError("The sink is full."); };
  const auto query = Start(Select());
  const Status status = query->ProcessAllAvailable();
  EXPECT_EQ(ErrorCondition(status), "STREAM_FAILED");
  EXPECT_NE(status.message().find("The sink is full."), std::string::npos);
  EXPECT_TRUE(GetErrorInfo(status)->cause.IsIOError());
  EXPECT_FALSE(query->IsActive());
  EXPECT_TRUE(kit_.ListFiles("commits").empty());
}

TEST_F(MicroBatchExecutionTest, AFailureInASourceEndsTheQuery) {
  const auto query = Start(Select());
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  table_->set_latest_error(Status::IOError("The source is gone."));
  EXPECT_EQ(ErrorCondition(query->ProcessAllAvailable()), "STREAM_FAILED");
}

TEST_F(MicroBatchExecutionTest, AWriterIsAbortedWhenTheBatchFails) {
  table_->Add({1, 2});
  table_->set_hangs(true);
  const auto epochs = std::make_shared<EpochTable>();
  const auto query = Start(kit_.Define(SelectNumbers(table_), epochs));
  table_->AwaitHanging();
  ASSERT_TRUE(query->Stop().ok());
  EXPECT_EQ(epochs->aborts(), 1);
  EXPECT_TRUE(epochs->committed().empty());
}

TEST_F(MicroBatchExecutionTest, ASinkWithAnotherQuerysBatchesIsRefused) {
  table_->Add({1, 2});
  const auto epochs = std::make_shared<EpochTable>();
  StreamDefinition definition = kit_.Define(SelectNumbers(table_), epochs);
  definition.trigger = Trigger::AvailableNow();
  ASSERT_TRUE(kit_.RunToEnd(definition).ok());
  definition.checkpoint_directory = kit_.directory() + "/another";
  EXPECT_EQ(ErrorCondition(kit_.RunToEnd(definition)), "STREAM_FAILED");
  EXPECT_EQ(epochs->commit_calls(), 1);
}

TEST_F(MicroBatchExecutionTest, TwoScansOfOneTableAreOneSource) {
  table_->Add({1, 2});
  const PlanPtr left = SelectNumbers(table_);
  const PlanPtr plan = std::make_shared<Union>(std::vector<PlanPtr>{left, SelectNumbers(table_)},
                                               false, false, left->output());
  StreamDefinition definition = kit_.Define(plan, sink_);
  definition.trigger = Trigger::AvailableNow();
  ASSERT_TRUE(kit_.RunToEnd(definition).ok());
  EXPECT_EQ(sink_->batches(), (BatchRows{{0, {"[1]", "[1]", "[2]", "[2]"}}}));
  EXPECT_EQ(table_->metadata_paths().size(), 1u);
}

TEST_F(MicroBatchExecutionTest, ATemporaryCheckpointGoesWithItsQuery) {
  table_->Add({1});
  StreamDefinition definition = Select(Trigger::AvailableNow());
  definition.temporary_checkpoint = true;
  ASSERT_TRUE(kit_.RunToEnd(definition).ok());
  EXPECT_FALSE(Env::Posix()->Exists(kit_.checkpoint()).ValueOrDie());
  kit_.FailAt(std::string(failpoints::kBeforeCommits));
  ASSERT_FALSE(kit_.RunToEnd(definition).ok());
  EXPECT_TRUE(Env::Posix()->Exists(kit_.checkpoint()).ValueOrDie());
}

TEST_F(MicroBatchExecutionTest, ExplainsWhatItRuns) {
  const auto query = Start(Count());
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  EXPECT_EQ(query->Explain(false).rfind("== Physical Plan ==\n", 0), 0u);
  EXPECT_NE(query->Explain(true).find("== Optimized Logical Plan =="), std::string::npos);
  const std::string state = "\n== State ==\n0 stateStoreSave: watermark none, ";
  EXPECT_TRUE(query->Explain(false).ends_with(state + "no batch in this run yet\n"))
      << query->Explain(false);
  table_->Add({1, 1, 2});
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  const StateOperatorProgress progress = query->RecentProgress().back().state_operators.at(0);
  const std::string size = "2 keys, " + std::to_string(progress.memory_used_bytes) + " bytes\n";
  EXPECT_GT(progress.memory_used_bytes, 0);
  EXPECT_TRUE(query->Explain(false).ends_with(state + size)) << query->Explain(false);
  EXPECT_NE(query->Explain(true).find(state + size + "   last batch: 2 keys updated, 0 removed, "),
            std::string::npos)
      << query->Explain(true);
  const auto stateless = Start([&] {
    StreamDefinition definition = Select();
    definition.checkpoint_directory = kit_.directory() + "/another";
    return definition;
  }());
  ASSERT_TRUE(stateless->ProcessAllAvailable().ok());
  EXPECT_EQ(stateless->Explain(true).find("== State =="), std::string::npos);
}

}  // namespace
}  // namespace firesteel
