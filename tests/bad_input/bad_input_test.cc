#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "firesteel/data_stream_writer.h"
#include "firesteel/streaming_query_manager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "session/session_backend.h"
#include "testing/condition_chain.h"
#include "testing/fault_injecting_env.h"
#include "testing/manual_clock.h"
#include "testing/memory_env.h"
#include "testing/recording_sink.h"
#include "testing/row_comparison.h"
#include "testing/test_session.h"

namespace firesteel::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kLine[] = R"({"a":1,"b":"x"})";

class BadInputTest : public ::testing::Test {
 protected:
  void Put(const std::string& path, const std::string& text) {
    ASSERT_TRUE(disk_.PutFile(path, text).ok());
  }

  Session NewSession() {
    TestEngineOptions options;
    options.clock = &clock_;
    options.env = &env_;
    options.threads = 1;
    return MakeTestSession(options, {{"spark.sql.shuffle.partitions", "2"}}).ValueOrDie();
  }

  DataStreamReader Reader() { return session_.ReadStream().Schema("a INT, b STRING"); }

  DataStreamWriter Writer(const DataFrame& input) {
    return input.WriteStream()
        .Trigger(Trigger::AvailableNow())
        .Option("checkpointLocation", "/checkpoint")
        .ForeachBatch([sink = sink_](const DataFrame& batch, int64_t batch_id) -> Status {
          ARROW_ASSIGN_OR_RAISE(const Schema schema, batch.Schema());
          ARROW_ASSIGN_OR_RAISE(std::vector<Row> rows, batch.Collect());
          return sink->AddRows(batch_id, schema, std::move(rows));
        });
  }

  Status Run(const DataFrame& input) {
    ARROW_ASSIGN_OR_RAISE(const auto query, Writer(input).Start());
    return query->AwaitTermination();
  }

  // "" when the stream gave these rows and nothing else.
  std::string Difference(const DataFrame& input, std::vector<Row> wanted) {
    const Status status = Run(input);
    if (!status.ok()) return status.ToString();
    return DescribeDifference(std::move(wanted), sink_->RowsAfter(-1));
  }

  ManualClock clock_{3'600'000};
  MemoryEnv disk_{&clock_};
  FaultInjectingEnv env_{&disk_};
  Session session_ = NewSession();
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
};

// Malformed records

TEST_F(BadInputTest, MalformedJsonIsKeptByDefault) {
  Put("/in/a.json",
      std::string(kLine) + "\n{\"a\":\"no number\",\"b\":\"y\"}\n{\"a\":\nnonsense\n");
  EXPECT_EQ(Difference(Reader().Schema("a INT, b STRING, _corrupt_record STRING").Json("/in"),
                       {Row({1, "x", Value()}),
                        Row({Value(), "y", "{\"a\":\"no number\",\"b\":\"y\"}"}),
                        Row({Value(), Value(), "{\"a\":"}), Row({Value(), Value(), "nonsense"})}),
            "");
}

TEST_F(BadInputTest, MalformedJsonIsDroppedOnRequest) {
  Put("/in/a.json", std::string("nonsense\n") + kLine + "\n{\"a\":\"no number\",\"b\":\"y\"}\n");
  EXPECT_EQ(Difference(Reader().Option("mode", "DROPMALFORMED").Json("/in"), {Row({1, "x"})}), "");
}

TEST_F(BadInputTest, MalformedJsonEndsTheQueryOnRequest) {
  Put("/in/a.json", std::string(kLine) + "\nnonsense\n");
  const DataFrame input = Reader().Option("mode", "FAILFAST").Json("/in");
  const Status status = Run(input);
  EXPECT_THAT(ConditionChain(status), Contains("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"));
  EXPECT_THAT(status.message(), HasSubstr("a.json"));
  EXPECT_EQ(sink_->last_batch_id(), -1);
  // The next run says the same, and goes on once the file is good.
  EXPECT_FALSE(Run(input).ok());
  Put("/in/a.json", std::string(kLine) + "\n");
  EXPECT_EQ(Difference(input, {Row({1, "x"})}), "");
}

TEST_F(BadInputTest, AnUnknownModeIsPermissive) {
  Put("/in/a.json", std::string(kLine) + "\nnonsense\n");
  EXPECT_EQ(Difference(Reader().Option("mode", "whatever").Json("/in"),
                       {Row({1, "x"}), Row({Value(), Value()})}),
            "");
}

TEST_F(BadInputTest, TextThatIsNoTextAtAll) {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>((i * 7919) >> 3);
  Put("/in/a.json", bytes);
  EXPECT_TRUE(Run(Reader().Json("/in")).ok());
  for (const Row& row : sink_->RowsAfter(-1)) EXPECT_TRUE(row[0].is_null()) << row.ToString();
}

TEST_F(BadInputTest, DeepNestingIsNoStackOverflow) {
  Put("/in/a.json", "{\"b\":" + std::string(100'000, '[') + "\n" + kLine + "\n" +
                        std::string(100'000, '{') + "\n");
  EXPECT_EQ(Difference(Reader().Json("/in"),
                       {Row({Value(), Value()}), Row({1, "x"}), Row({Value(), Value()})}),
            "");
}

TEST_F(BadInputTest, LineEndsOfAllKinds) {
  Put("/in/a.json", "{\"a\":1}\r\n\r\n{\"a\":2}\n\n{\"a\":3}");
  Put("/in/b.json", "");
  Put("/in/c.json", "\n");
  Put("/in/d.json", "\xef\xbb\xbf{\"a\":4}\n");
  EXPECT_EQ(Difference(Reader().Schema("a INT").Json("/in"),
                       {Row({1}), Row({2}), Row({3}), Row({4})}),
            "");
}

TEST_F(BadInputTest, AFileThatIsNoParquet) {
  Put("/in/a.parquet", "PAR1 but nothing else PAR1");
  const Status status = Run(Reader().Parquet("/in"));
  EXPECT_EQ(ErrorCondition(status), "STREAM_FAILED");
  EXPECT_THAT(status.message(), HasSubstr("a.parquet"));
}

// Files and directories

TEST_F(BadInputTest, AMissingDirectory) {
  const Status status = Run(Reader().Json("/nowhere"));
  EXPECT_THAT(ConditionChain(status), Contains("PATH_NOT_FOUND"));
  EXPECT_THAT(status.message(), HasSubstr("/nowhere"));
}

TEST_F(BadInputTest, AnEmptyDirectory) {
  ASSERT_TRUE(disk_.CreateDirectories("/in").ok());
  EXPECT_EQ(Difference(Reader().Json("/in"), {}), "");
  EXPECT_EQ(sink_->last_batch_id(), -1);
}

TEST_F(BadInputTest, AFileThatCannotBeReadIsReadLater) {
  Put("/in/a.json", std::string(kLine) + "\n");
  Put("/in/b.json", "{\"a\":2}\n");
  env_.FailReads("/in/b.json", Status::IOError("/in/b.json: Permission denied"));
  const DataFrame input = Reader().Json("/in");
  const Status status = Run(input);
  EXPECT_EQ(ErrorCondition(status), "STREAM_FAILED");
  EXPECT_THAT(status.message(), HasSubstr("Permission denied"));
  EXPECT_THAT(status.message(), HasSubstr("b.json"));
  EXPECT_EQ(sink_->last_batch_id(), -1);
  env_.FailReads("/in/b.json", Status::OK());
  EXPECT_EQ(Difference(input, {Row({1, "x"}), Row({2, Value()})}), "");
}

TEST_F(BadInputTest, AFileThatVanishesAfterItWasListed) {
  Put("/in/a.json", std::string(kLine) + "\n");
  env_.FailReads("/in/a.json", NotFound("/in/a.json"));
  const Status status = Run(Reader().Json("/in"));
  EXPECT_THAT(ConditionChain(status), Contains("FAILED_READ_FILE.FILE_NOT_EXIST"));
  EXPECT_THAT(status.message(), HasSubstr("/in/a.json"));
}

TEST_F(BadInputTest, NamesThatNeedEscaping) {
  Put("/in dir/100%/a b%20c+d#e?.json", std::string(kLine) + "\n");
  EXPECT_EQ(Difference(Reader().Json("/in dir/100%"), {Row({1, "x"})}), "");
  // The same files by URI: nothing new for the same checkpoint.
  EXPECT_EQ(Difference(Reader().Json("file:///in%20dir/100%25"), {Row({1, "x"})}), "");
  EXPECT_EQ(Difference(Reader().Json("file:/in%20dir/100%25/"), {Row({1, "x"})}), "");
  Put("/in dir/100%/ü.json", "{\"a\":2}\n");
  EXPECT_EQ(Difference(Reader().Json("/in dir/100%"), {Row({1, "x"}), Row({2, Value()})}), "");
}

TEST_F(BadInputTest, AnotherFileSystem) {
  EXPECT_THAT(ConditionChain(Run(Reader().Json("hdfs://host/in"))),
              Contains("UNSUPPORTED_FILE_SYSTEM"));
}

TEST_F(BadInputTest, OptionsThatMakeNoSense) {
  Put("/in/a.json", std::string(kLine) + "\n");
  for (const char* value : {"0", "-1", "many", ""}) {
    const Status status = Run(Reader().Option("maxFilesPerTrigger", value).Json("/in"));
    EXPECT_FALSE(status.ok()) << value;
    EXPECT_THAT(status.message(), HasSubstr("maxFilesPerTrigger")) << value;
  }
  EXPECT_EQ(ErrorCondition(Run(Reader().Format("nonsense").Load("/in"))), "DATA_SOURCE_NOT_FOUND");
  EXPECT_FALSE(Run(Reader().Format("json").Load()).ok());
  EXPECT_FALSE(Run(session_.ReadStream().Json("/in")).ok()) << "a stream needs a schema";
}

// Checkpoints and sinks

TEST_F(BadInputTest, ASecondRunOnTheSameCheckpoint) {
  Put("/in/a.json", std::string(kLine) + "\n");
  const DataFrame input = Reader().Json("/in");
  const auto first = Writer(input).Trigger(Trigger()).Start().ValueOrDie();
  ASSERT_TRUE(session_.Conf().Set("spark.sql.streaming.stopActiveRunOnRestart", "false").ok());
  const Status second = Writer(input).Start().status();
  EXPECT_THAT(second.message(), HasSubstr("is active already"));
  EXPECT_TRUE(first->IsActive());
  ASSERT_TRUE(first->Stop().ok());
  EXPECT_TRUE(Run(input).ok());
}

TEST_F(BadInputTest, ASecondRunFromAnotherSession) {
  Put("/in/a.json", std::string(kLine) + "\n");
  const auto first = Writer(Reader().Json("/in")).Trigger(Trigger()).Start().ValueOrDie();
  const Session other = NewSession();
  const Status second =
      Writer(other.ReadStream().Schema("a INT, b STRING").Json("/in")).Start().status();
  EXPECT_EQ(ErrorCondition(second), "CONCURRENT_QUERY") << second;
  ASSERT_TRUE(first->Stop().ok());
}

TEST_F(BadInputTest, ACheckpointWhoseNewestEntryIsCutOff) {
  Put("/in/a.json", std::string(kLine) + "\n");
  const DataFrame input = Reader().Json("/in");
  ASSERT_TRUE(Run(input).ok());
  Put("/checkpoint/commits/0", "v1");
  Put("/in/b.json", "{\"a\":2}\n");
  const Status status = Run(input);
  if (status.ok()) {
    EXPECT_EQ(DescribeDifference({Row({1, "x"}), Row({2, Value()})}, sink_->RowsAfter(-1)), "");
  }
  Put("/checkpoint/offsets/0", "v1\n{\"batchWa");
  EXPECT_THAT(Run(input).message(), HasSubstr("/checkpoint/offsets/0"));
}

TEST_F(BadInputTest, ACheckpointOfAnotherQuery) {
  Put("/in/a.json", std::string(kLine) + "\n");
  ASSERT_TRUE(Run(Reader().Json("/in")).ok());
  // Two sources now, one then.
  const Status status = Run(Reader().Json("/in").Union(Reader().Json("/in2")));
  EXPECT_FALSE(status.ok());
}

TEST_F(BadInputTest, AnOutputDirectoryOfAnotherQuery) {
  Put("/in/a.json", std::string(kLine) + "\n");
  const auto run = [&](const std::string& checkpoint) -> Status {
    ARROW_ASSIGN_OR_RAISE(const auto query, Reader()
                                                .Json("/in")
                                                .WriteStream()
                                                .Format("json")
                                                .Option("checkpointLocation", checkpoint)
                                                .Trigger(Trigger::AvailableNow())
                                                .Start("/out"));
    return query->AwaitTermination();
  };
  ASSERT_TRUE(run("/first").ok());
  // Spark takes batch 0 for done and drops its rows in silence.
  const Status second = run("/second");
  EXPECT_FALSE(second.ok());
  EXPECT_THAT(second.message(), HasSubstr("/out"));
  EXPECT_TRUE(run("/first").ok());
  const auto rows = session_.Read().Schema("a INT, b STRING").Json("/out").Collect();
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(DescribeDifference({Row({1, "x"})}, *rows), "");
}

TEST_F(BadInputTest, AnOutputDirectoryWithOtherFiles) {
  Put("/in/a.json", std::string(kLine) + "\n");
  Put("/out/old.json", "{\"a\":99}\n");
  const auto query = Reader()
                         .Json("/in")
                         .WriteStream()
                         .Format("json")
                         .Option("checkpointLocation", "/checkpoint")
                         .Trigger(Trigger::AvailableNow())
                         .Start("/out")
                         .ValueOrDie();
  ASSERT_TRUE(query->AwaitTermination().ok());
  // A directory with a log holds what the log names.
  const auto rows = session_.Read().Schema("a INT, b STRING").Json("/out").Collect();
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(DescribeDifference({Row({1, "x"})}, *rows), "");
}

TEST_F(BadInputTest, ASinkThatRefusesEndsTheQuery) {
  Put("/in/a.json", std::string(kLine) + "\n");
  const auto query =
      Reader()
          .Json("/in")
          .WriteStream()
          .Trigger(Trigger::AvailableNow())
          .Option("checkpointLocation", "/checkpoint")
          .ForeachBatch([](const DataFrame&, int64_t) { return Status::Invalid("I refuse"); })
          .Start()
          .ValueOrDie();
  EXPECT_THAT(query->AwaitTermination().message(), HasSubstr("I refuse"));
  EXPECT_FALSE(query->IsActive());
  EXPECT_EQ(Difference(Reader().Json("/in"), {Row({1, "x"})}), "");
}

}  // namespace
}  // namespace firesteel::testing
