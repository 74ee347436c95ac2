#include "tests/restart/restart_rules.h"

#include <cctype>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "firesteel/data_stream_writer.h"
#include "firesteel/grouped_data.h"
#include "firesteel/streaming_query_manager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "session/session_backend.h"
#include "testing/condition_chain.h"
#include "testing/manual_clock.h"
#include "testing/memory_env.h"
#include "testing/recording_sink.h"
#include "testing/test_session.h"

namespace firesteel::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kFirst[] = R"({"k":1,"v":1,"s":"a","at":"2024-01-01T00:00:01Z"})"
                          "\n"
                          R"({"k":2,"v":2,"s":"b","at":"2024-01-01T00:00:02Z"})"
                          "\n";
constexpr char kSecond[] = R"({"k":1,"v":3,"s":"a","at":"2024-01-01T00:01:01Z"})"
                           "\n";

/// Two directories with a file each, and a query that has read them once. Everything in memory.
class RestartWorld {
 public:
  RestartWorld() { Put("1.json", kFirst); }

  void AddFiles() { Put("2.json", kSecond); }

  Status Run(const RestartedQuery& start) {
    Session session = NewSession();
    DataStreamWriter writer = start.query(session).WriteStream();
    writer.OutputMode(start.mode)
        .Trigger(start.trigger)
        .Option("checkpointLocation", "/checkpoint");
    if (start.sink == "foreachBatch") {
      writer.ForeachBatch([sink = sink_](const DataFrame& batch, int64_t batch_id) -> Status {
        ARROW_ASSIGN_OR_RAISE(const Schema schema, batch.Schema());
        ARROW_ASSIGN_OR_RAISE(std::vector<Row> rows, batch.Collect());
        return sink->AddRows(batch_id, schema, std::move(rows));
      });
    } else {
      writer.Format(start.sink);
    }
    ARROW_ASSIGN_OR_RAISE(const auto query, start.sink == "foreachBatch" || start.sink == "noop"
                                                ? writer.Start()
                                                : writer.Start(start.path));
    const Status status = query->AwaitTermination();
    if (const auto progress = query->LastProgress()) last_batch_ = progress->batch_id;
    return status;
  }

  Session NewSession() {
    TestEngineOptions options;
    options.clock = &clock_;
    options.env = &disk_;
    options.threads = 1;
    return MakeTestSession(options, {{"spark.sql.shuffle.partitions", "2"}}).ValueOrDie();
  }

  std::vector<std::string> List(const std::string& directory) {
    std::vector<std::string> names;
    const Result<std::vector<FileStatus>> files = disk_.ListDirectory(directory);
    if (!files.ok()) return names;
    for (const FileStatus& file : *files) {
      const std::string name = file.path.substr(file.path.rfind('/') + 1);
      if (!name.starts_with(".")) names.push_back(name);
    }
    return names;
  }

  int64_t last_batch() const { return last_batch_; }
  const std::shared_ptr<RecordingSink>& sink() const { return sink_; }

 private:
  void Put(const std::string& name, const std::string& text) {
    for (const std::string directory : {"/a/", "/b/"}) {
      ASSERT_TRUE(disk_.PutFile(directory + name, text).ok());
    }
  }

  ManualClock clock_{3'600'000};
  MemoryEnv disk_{&clock_};
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  int64_t last_batch_ = -1;
};

DataFrame CountedByKey(Session& session) {
  return session.ReadStream().Schema("k INT").Json("/a").GroupBy({"k"}).Count();
}

class RestartRulesTest : public ::testing::TestWithParam<RestartRule> {};

TEST_P(RestartRulesTest, Holds) {
  const RestartRule& rule = GetParam();
  SCOPED_TRACE(rule.rule + ": " + rule.change);
  RestartWorld world;
  const Status first = world.Run(rule.before);
  ASSERT_TRUE(first.ok()) << first.ToString();
  const int64_t done = world.last_batch();
  world.AddFiles();
  const Status second = world.Run(rule.after);
  if (rule.allowed) {
    EXPECT_TRUE(second.ok()) << second.ToString();
    EXPECT_GT(world.last_batch(), done) << "The new files made no batch.";
    return;
  }
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(ConditionChain(second), Contains("STREAM_FAILED"));
  if (!rule.condition.empty()) {
    EXPECT_THAT(ConditionChain(second), Contains(rule.condition));
  }
  // R4: a refusal spoils nothing. The query as it was goes on where it stopped.
  const Status third = world.Run(rule.before);
  EXPECT_TRUE(third.ok()) << third.ToString();
  EXPECT_GT(world.last_batch(), done);
}

INSTANTIATE_TEST_SUITE_P(All, RestartRulesTest, ::testing::ValuesIn(AllRestartRules()),
                         [](const ::testing::TestParamInfo<RestartRule>& info) {
                           std::string name = info.param.rule + "_" + info.param.change;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

TEST(RestartTest, R1TheCheckpointHoldsOffsetsCommitsSourcesAndState) {
  RestartWorld world;
  ASSERT_TRUE(world.Run({.query = CountedByKey, .mode = "update"}).ok());
  EXPECT_THAT(world.List("/checkpoint"),
              ElementsAre("commits", "metadata", "offsets", "sources", "state"));
  EXPECT_THAT(world.List("/checkpoint/offsets"), ElementsAre("0"));
  EXPECT_THAT(world.List("/checkpoint/commits"), ElementsAre("0"));
  EXPECT_THAT(world.List("/checkpoint/sources/0"), ElementsAre("0"));
  EXPECT_THAT(world.List("/checkpoint/state/0/1"), Contains("1.delta"));
}

TEST(RestartTest, R2ARestartGoesOnWhereTheQueryStopped) {
  RestartWorld world;
  ASSERT_TRUE(world.Run({.query = CountedByKey, .mode = "update"}).ok());
  world.AddFiles();
  ASSERT_TRUE(world.Run({.query = CountedByKey, .mode = "update"}).ok());
  EXPECT_THAT(world.sink()->RowsAfter(0), ElementsAre(Row({1, int64_t{2}})));
  // Without anything new there is no batch.
  ASSERT_TRUE(world.Run({.query = CountedByKey, .mode = "update"}).ok());
  EXPECT_EQ(world.sink()->last_batch_id(), 1);
}

TEST(RestartTest, R3OffsetsAreLoggedBeforeTheBatchAndItsCommitAfterTheSink) {
  RestartWorld world;
  Session session = world.NewSession();
  std::vector<std::string> offsets;
  std::vector<std::string> commits = {"not looked at"};
  const auto query = CountedByKey(session)
                         .WriteStream()
                         .OutputMode("update")
                         .Trigger(Trigger::AvailableNow())
                         .Option("checkpointLocation", "/checkpoint")
                         .ForeachBatch([&](const DataFrame&, int64_t) -> Status {
                           offsets = world.List("/checkpoint/offsets");
                           commits = world.List("/checkpoint/commits");
                           return Status::OK();
                         })
                         .Start()
                         .ValueOrDie();
  ASSERT_TRUE(query->AwaitTermination().ok());
  EXPECT_THAT(offsets, ElementsAre("0"));
  EXPECT_THAT(commits, IsEmpty());
  EXPECT_THAT(world.List("/checkpoint/commits"), ElementsAre("0"));
}

TEST(RestartTest, R24TheTableOfAMemorySinkInCompleteModeComesBack) {
  RestartWorld world;
  for (const int64_t expected : {1, 2}) {
    Session session = world.NewSession();
    const auto query = CountedByKey(session)
                           .WriteStream()
                           .OutputMode("complete")
                           .Format("memory")
                           .QueryName("totals")
                           .Trigger(Trigger::AvailableNow())
                           .Option("checkpointLocation", "/checkpoint")
                           .Start()
                           .ValueOrDie();
    ASSERT_TRUE(query->AwaitTermination().ok());
    const std::vector<Row> rows =
        session.Sql("SELECT k, count FROM totals ORDER BY k").Collect().ValueOrDie();
    EXPECT_THAT(rows, ElementsAre(Row({1, expected}), Row({2, int64_t{1}})));
    world.AddFiles();
  }
}

TEST(RestartTest, EveryRuleIsTested) {
  std::set<std::string> tested = {"R1", "R2", "R3", "R4", "R24"};
  for (const RestartRule& rule : AllRestartRules()) tested.insert(rule.rule);
  const std::map<std::string, std::string> not_yet = {
      {"R12", "topics of a Kafka sink"},
      {"R21", "state that the user's code keeps"},
      {"R22", "state that the user's code keeps"},
  };
  for (int number = 1; number <= 24; ++number) {
    const std::string rule = "R" + std::to_string(number);
    EXPECT_NE(tested.contains(rule), not_yet.contains(rule)) << rule;
  }
}

}  // namespace
}  // namespace firesteel::testing
