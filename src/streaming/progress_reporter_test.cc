#include "streaming/progress_reporter.h"

#include "gtest/gtest.h"
#include "streaming/iso_timestamp.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

class ProgressTest : public testing::Test {
 protected:
  std::shared_ptr<StreamingQuery> Start(StreamDefinition definition) {
    definition.name = "numbers";
    Result<std::shared_ptr<StreamingQuery>> query = kit_.manager().Start(std::move(definition));
    EXPECT_TRUE(query.ok()) << query.status().ToString();
    return query.ok() ? *query : nullptr;
  }
  std::string Expected(const StreamingQuery& query, const std::string& rest) const {
    return "{\"id\":\"" + query.Id() + "\",\"runId\":\"" + query.RunId() +
           "\",\"name\":\"numbers\"," + rest;
  }

  StreamingTestKit kit_;
  std::shared_ptr<NumberTable> table_ = std::make_shared<NumberTable>();
  std::shared_ptr<RememberingSink> sink_ = std::make_shared<RememberingSink>();
};

TEST_F(ProgressTest, ReportsABatch) {
  table_->set_rows_per_batch(2);
  table_->Add({1, 2, 3});
  sink_->on_batch = [&](int64_t) {
    kit_.clock().Advance(40);
    return Status::OK();
  };
  const auto query = Start(kit_.Define(SelectNumbers(table_), sink_));
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  const std::vector<StreamingQueryProgress> recent = query->RecentProgress();
  ASSERT_EQ(recent.size(), 2u);
  EXPECT_EQ(
      recent[0].Json(),
      Expected(*query, R"("timestamp":"2023-11-14T22:13:20.000Z","batchId":0,"batchDuration":40,)"
                       R"("numInputRows":2,"inputRowsPerSecond":0.0,"processedRowsPerSecond":50.0,)"
                       R"("durationMs":{"addBatch":40,"commitOffsets":0,"getBatch":0,)"
                       R"("latestOffset":0,"queryPlanning":0,"triggerExecution":40,"walCommit":0},)"
                       R"("stateOperators":[],"sources":[{"description":"Numbers",)"
                       R"("startOffset":null,"endOffset":2,"latestOffset":3,"numInputRows":2,)"
                       R"("inputRowsPerSecond":0.0,"processedRowsPerSecond":50.0}],)"
                       R"("sink":{"description":"RememberingSink","numOutputRows":2}})"));
  EXPECT_EQ(recent[1].Json(),
            Expected(*query,
                     R"("timestamp":"2023-11-14T22:13:20.040Z","batchId":1,"batchDuration":40,)"
                     R"("numInputRows":1,"inputRowsPerSecond":25.0,"processedRowsPerSecond":25.0,)"
                     R"("durationMs":{"addBatch":40,"commitOffsets":0,"getBatch":0,)"
                     R"("latestOffset":0,"queryPlanning":0,"triggerExecution":40,"walCommit":0},)"
                     R"("stateOperators":[],"sources":[{"description":"Numbers",)"
                     R"("startOffset":2,"endOffset":3,"latestOffset":3,"numInputRows":1,)"
                     R"("inputRowsPerSecond":25.0,"processedRowsPerSecond":25.0}],)"
                     R"("sink":{"description":"RememberingSink","numOutputRows":1}})"));
  EXPECT_EQ(query->LastProgress()->batch_id, 1);
}

TEST_F(ProgressTest, ReportsIdlenessNowAndThen) {
  const auto query = Start(kit_.Define(SelectNumbers(table_), sink_));
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  ASSERT_EQ(query->RecentProgress().size(), 1u);
  EXPECT_EQ(
      query->RecentProgress()[0].Json(),
      Expected(*query, R"("timestamp":"2023-11-14T22:13:20.000Z","batchId":0,"batchDuration":0,)"
                       R"("numInputRows":0,"inputRowsPerSecond":0.0,"processedRowsPerSecond":0.0,)"
                       R"("durationMs":{"latestOffset":0,"triggerExecution":0},)"
                       R"("stateOperators":[],"sources":[{"description":"Numbers",)"
                       R"("startOffset":null,"endOffset":null,"latestOffset":0,"numInputRows":0,)"
                       R"("inputRowsPerSecond":0.0,"processedRowsPerSecond":0.0}],)"
                       R"("sink":{"description":"RememberingSink","numOutputRows":0}})"));
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  EXPECT_EQ(query->RecentProgress().size(), 1u);
  for (size_t reports = 2; reports < 4; ++reports) {
    kit_.clock().AwaitWaiterPast(kit_.clock().NowMs());
    kit_.clock().Advance(10'000);
    ASSERT_TRUE(query->ProcessAllAvailable().ok());
    EXPECT_EQ(query->RecentProgress().size(), reports);
  }
}

TEST_F(ProgressTest, AnIdleReportKeepsTheStateButNotWhatChanged) {
  table_->Add({1, 1, 2});
  StreamDefinition definition = kit_.Define(CountNumbers(table_), sink_);
  definition.mode = OutputMode::kUpdate;
  const auto query = Start(std::move(definition));
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  kit_.clock().AwaitWaiterPast(kit_.clock().NowMs());
  kit_.clock().Advance(10'000);
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  const StreamingQueryProgress idle = *query->LastProgress();
  EXPECT_EQ(idle.batch_id, 1);
  ASSERT_EQ(idle.state_operators.size(), 1u);
  EXPECT_EQ(idle.state_operators[0].num_rows_total, 2);
  EXPECT_EQ(idle.state_operators[0].num_rows_updated, 0);
}

TEST_F(ProgressTest, ASinkThatCannotTellReportsMinusOne) {
  table_->Add({1});
  const auto query = Start(kit_.Define(SelectNumbers(table_), std::make_shared<EpochTable>()));
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  EXPECT_EQ(query->LastProgress()->sink.num_output_rows, -1);
  EXPECT_EQ(query->LastProgress()->sink.description, "Epochs");
}

TEST(IsoTimestampTest, RendersMilliseconds) {
  EXPECT_EQ(IsoTimestamp(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(IsoTimestamp(1481741124873), "2016-12-14T18:45:24.873Z");
  EXPECT_EQ(IsoTimestamp(-1), "1969-12-31T23:59:59.999Z");
  // The ends of the type of timestamps.
  EXPECT_EQ(IsoTimestamp(9'223'372'036'854'775), "+294247-01-10T04:00:54.775Z");
  EXPECT_EQ(IsoTimestamp(-9'223'372'036'854'776), "+290309-12-21T19:59:05.224Z");
  EXPECT_EQ(IsoTimestamp(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace firesteel
