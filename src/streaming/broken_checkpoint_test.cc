#include "gtest/gtest.h"
#include "plan/operators.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

// What a query does with a checkpoint that somebody damaged or changed: a clear refusal, or as if
// nothing had happened, but never other rows.

constexpr char kLogHead[] =
    "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1,\"conf\":"
    "{\"spark.sql.shuffle.partitions\":\"3\","
    "\"spark.sql.streaming.aggregation.stateFormatVersion\":\"2\"}}";

class BrokenCheckpointTest : public testing::Test {
 protected:
  // Three batches of two rows each, all committed.
  void SetUp() override {
    table_->set_rows_per_batch(2);
    table_->Add({1, 2, 1, 3, 1, 2});
    ASSERT_TRUE(Run().ok());
    kit_.Restart();
  }

  StreamDefinition Count() {
    StreamDefinition definition = kit_.Define(CountNumbers(table_), sink_);
    definition.mode = OutputMode::kUpdate;
    definition.trigger = Trigger::AvailableNow();
    return definition;
  }
  Status Run() { return kit_.RunToEnd(Count()); }

  // Expects the query to be refused, with this condition as the cause, and this word in the text.
  void ExpectRefused(const std::string& condition, const std::string& word) {
    const Status status = Run();
    ASSERT_EQ(ErrorCondition(status), "STREAM_FAILED") << status.ToString();
    EXPECT_EQ(ErrorCondition(GetErrorInfo(status)->cause), condition) << status.ToString();
    EXPECT_NE(status.message().find(word), std::string::npos) << status.ToString();
  }
  // Expects the query to go on as if nothing had happened.
  void ExpectUnharmed() {
    table_->Add({1});
    ASSERT_TRUE(Run().ok());
    EXPECT_EQ(sink_->batches().at(3), std::vector<std::string>{"[1,4]"});
  }

  StreamingTestKit kit_;
  std::shared_ptr<NumberTable> table_ = std::make_shared<NumberTable>();
  std::shared_ptr<RememberingSink> sink_ = std::make_shared<RememberingSink>();
};

TEST_F(BrokenCheckpointTest, IsFineAsItIs) { ExpectUnharmed(); }

TEST_F(BrokenCheckpointTest, AnOldEntryThatIsGoneIsNoMatter) {
  kit_.RemoveFile("offsets/0");
  kit_.RemoveFile("commits/1");
  ExpectUnharmed();
}

TEST_F(BrokenCheckpointTest, ForeignFilesAreNoMatter) {
  kit_.WriteFile("offsets/readme", "x");
  kit_.WriteFile("offsets/.2.crc", "crc");
  kit_.WriteFile("commits/.3.8e0b2a43-7a6b-4a7b-9d3e-2f7f7a6c1d10.tmp", "v1");
  kit_.WriteFile("state/0/.x", "");
  kit_.WriteFile("state/notes", "");
  ExpectUnharmed();
}

TEST_F(BrokenCheckpointTest, TheEntryBeforeTheNewestIsNeeded) {
  kit_.RemoveFile("offsets/1");
  ExpectRefused("", "batch 1 does not exist");
}

TEST_F(BrokenCheckpointTest, CommitsAheadOfOffsetsAreRefused) {
  kit_.RemoveFile("offsets/2");
  ExpectRefused("", "offsets/2");
}

TEST_F(BrokenCheckpointTest, WithoutCommitsTheNewestBatchIsRepeated) {
  for (const char* commit : {"commits/0", "commits/1", "commits/2"}) kit_.RemoveFile(commit);
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(sink_->attempts(2), 2);
  EXPECT_EQ(sink_->attempts(1), 1);
  ExpectUnharmed();
}

TEST_F(BrokenCheckpointTest, DamagedOffsetsAreRefused) {
  const std::string good = kit_.ReadFile("offsets/2");
  for (const std::string& bad :
       {std::string(), std::string("v1"), std::string("v9\n{}\n6"), std::string("v1\n{\n6"),
        good.substr(0, good.size() / 2), std::string("\xff\xfe")}) {
    kit_.WriteFile("offsets/2", bad);
    const Status status = Run();
    EXPECT_EQ(ErrorCondition(status), "STREAM_FAILED") << bad;
    EXPECT_NE(status.message().find("offsets/2"), std::string::npos) << status.ToString();
  }
  kit_.WriteFile("offsets/2", good);
  ExpectUnharmed();
}

TEST_F(BrokenCheckpointTest, DamagedCommitsAreRefused) {
  kit_.WriteFile("commits/2", "v1\n{\"nextBatchWat");
  const Status status = Run();
  EXPECT_EQ(ErrorCondition(status), "STREAM_FAILED");
  EXPECT_NE(status.message().find("commits/2"), std::string::npos) << status.ToString();
}

TEST_F(BrokenCheckpointTest, OffsetsOfAnotherSourceAreRefused) {
  kit_.WriteFile("offsets/2", std::string(kLogHead) + "\n{\"logOffset\":5}");
  ExpectRefused("", "{\"logOffset\":5}");
}

TEST_F(BrokenCheckpointTest, AnotherNumberOfSourcesIsRefused) {
  kit_.WriteFile("offsets/1", std::string(kLogHead) + "\n4\n4");
  kit_.WriteFile("offsets/2", std::string(kLogHead) + "\n6\n6");
  ExpectRefused("", "the query has 1");
}

TEST_F(BrokenCheckpointTest, OffsetsBeyondTheDataAreRefused) {
  kit_.RemoveFile("commits/2");
  kit_.WriteFile("offsets/2", std::string(kLogHead) + "\n600");
  ExpectRefused("", "no numbers at 600");
}

TEST_F(BrokenCheckpointTest, StateWithoutOffsetsIsRefused) {
  for (const char* log : {"offsets", "commits"}) {
    for (const std::string& name : kit_.ListFiles(log)) {
      kit_.RemoveFile(std::string(log) + "/" + name);
    }
  }
  ExpectRefused("STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY", "state");
}

TEST_F(BrokenCheckpointTest, AMissingIdIsRefusedAtTheStart) {
  kit_.RemoveFile("metadata");
  EXPECT_EQ(ErrorCondition(kit_.manager().Start(Count()).status()),
            "STREAMING_CHECKPOINT_MISSING_METADATA_FILE");
}

TEST_F(BrokenCheckpointTest, MissingDescriptionsOfStateAreWrittenAnew) {
  kit_.RemoveFile("state/0/_metadata/metadata");
  kit_.RemoveFile("state/0/0/_metadata/schema");
  ExpectUnharmed();
  EXPECT_FALSE(kit_.ReadFile("state/0/_metadata/metadata").empty());
  EXPECT_FALSE(kit_.ReadFile("state/0/0/_metadata/schema").empty());
}

TEST_F(BrokenCheckpointTest, MissingStateIsRefused) {
  for (const char* partition : {"0", "1", "2"}) {
    const std::string folder = std::string("state/0/") + partition;
    for (const std::string& name : kit_.ListFiles(folder)) {
      if (name.ends_with(".delta") || name.ends_with(".snapshot")) {
        kit_.RemoveFile(folder + "/" + name);
      }
    }
  }
  table_->Add({1});
  ExpectRefused("CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS", ".delta");
}

TEST_F(BrokenCheckpointTest, AStatelessQueryCannotTakeOverAStatefulOnesCheckpoint) {
  StreamDefinition definition = kit_.Define(SelectNumbers(table_), sink_);
  definition.trigger = Trigger::AvailableNow();
  const Status status = kit_.RunToEnd(definition);
  ASSERT_EQ(ErrorCondition(status), "STREAM_FAILED");
  EXPECT_EQ(ErrorCondition(GetErrorInfo(status)->cause),
            "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA");
}

TEST_F(BrokenCheckpointTest, AnotherKeyIsRefused) {
  const auto scan = CountNumbers(table_)->child();
  const ExpressionPtr text =
      std::make_shared<Alias>(Literal::Of(Value("always the same")).ValueOrDie(), "text");
  const PlanPtr texts = std::make_shared<Project>(std::vector<ExpressionPtr>{text}, scan);
  const PlanPtr counts = CountNumbers(table_);
  StreamDefinition definition = Count();
  const auto* old = As<Aggregate>(counts);
  const ExpressionPtr key = texts->output()[0];
  definition.analyzed_plan =
      std::make_shared<Aggregate>(std::vector<ExpressionPtr>{key},
                                  std::vector<ExpressionPtr>{key, old->output_list()[1]}, texts);
  const Status status = kit_.RunToEnd(definition);
  ASSERT_EQ(ErrorCondition(status), "STREAM_FAILED") << status.ToString();
  EXPECT_EQ(ErrorCondition(GetErrorInfo(status)->cause), "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE");
}

TEST(StatelessCheckpointTest, AnAggregationCannotTakeItOver) {
  StreamingTestKit kit;
  const auto table = std::make_shared<NumberTable>();
  const auto sink = std::make_shared<RememberingSink>();
  table->Add({1});
  StreamDefinition definition = kit.Define(SelectNumbers(table), sink);
  definition.trigger = Trigger::AvailableNow();
  ASSERT_TRUE(kit.RunToEnd(definition).ok());
  table->Add({2});
  definition.analyzed_plan = CountNumbers(table);
  definition.mode = OutputMode::kUpdate;
  const Status status = kit.RunToEnd(definition);
  ASSERT_EQ(ErrorCondition(status), "STREAM_FAILED");
  EXPECT_EQ(ErrorCondition(GetErrorInfo(status)->cause),
            "STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY");
}

}  // namespace
}  // namespace firesteel
