#include "firesteel/streaming_query_manager.h"

#include <filesystem>

#include "common/config_keys.h"
#include "gtest/gtest.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

class ManagerRecorder final : public QueryListener {
 public:
  void OnStarted(const QueryStartedEvent& event) override { Add("started " + event.name); }
  void OnProgress(const StreamingQueryProgress& progress) override {
    Add("progress " + std::to_string(progress.batch_id));
  }
  void OnIdle(const QueryIdleEvent&) override { Add("idle"); }
  void OnTerminated(const QueryTerminatedEvent& event) override {
    Add(event.exception.empty() ? "terminated" : "failed");
  }
  std::vector<std::string> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  void Add(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  mutable std::mutex mutex_;
  std::vector<std::string> events_;  // guarded by mutex_
};

class StreamingQueryManagerTest : public testing::Test {
 protected:
  StreamDefinition Named(const std::string& name) {
    StreamDefinition definition = kit_.Define(SelectNumbers(table_), sink_);
    definition.name = name;
    definition.checkpoint_directory = kit_.directory() + "/" + name;
    return definition;
  }
  std::shared_ptr<StreamingQuery> Start(const std::string& name) {
    Result<std::shared_ptr<StreamingQuery>> query = kit_.manager().Start(Named(name));
    EXPECT_TRUE(query.ok()) << query.status().ToString();
    return query.ok() ? *query : nullptr;
  }

  StreamingTestKit kit_;
  std::shared_ptr<NumberTable> table_ = std::make_shared<NumberTable>();
  std::shared_ptr<RememberingSink> sink_ = std::make_shared<RememberingSink>();
};

TEST_F(StreamingQueryManagerTest, KnowsItsActiveQueries) {
  EXPECT_TRUE(kit_.manager().Active().empty());
  const auto a = Start("a");
  const auto b = Start("b");
  EXPECT_EQ(kit_.manager().Active().size(), 2u);
  EXPECT_EQ(kit_.manager().Get(a->Id()), a);
  EXPECT_EQ(kit_.manager().Get("unknown"), nullptr);
  ASSERT_TRUE(a->Stop().ok());
  EXPECT_EQ(kit_.manager().Active(), std::vector<std::shared_ptr<StreamingQuery>>{b});
  EXPECT_EQ(kit_.manager().Get(a->Id()), nullptr);
}

TEST_F(StreamingQueryManagerTest, ANameIsTakenWhileItsQueryIsActive) {
  const auto first = Start("same");
  StreamDefinition second = Named("same");
  second.checkpoint_directory += "-2";
  const Status refused = kit_.manager().Start(second).status();
  EXPECT_TRUE(refused.IsInvalid());
  EXPECT_EQ(ErrorCondition(refused), "");
  EXPECT_NE(refused.message().find("same"), std::string::npos);
  ASSERT_TRUE(first->Stop().ok());
  EXPECT_TRUE(kit_.manager().Start(second).ok());
}

TEST_F(StreamingQueryManagerTest, QueriesWithoutNamesDoNotClash) {
  StreamDefinition first = Named("");
  first.checkpoint_directory = kit_.directory() + "/1";
  StreamDefinition second = Named("");
  second.checkpoint_directory = kit_.directory() + "/2";
  EXPECT_TRUE(kit_.manager().Start(first).ok());
  EXPECT_TRUE(kit_.manager().Start(second).ok());
}

TEST_F(StreamingQueryManagerTest, ARunningQueryIsNotStartedTwice) {
  const auto first = Start("one");
  StreamDefinition second = Named("one");
  second.name = "two";
  ASSERT_TRUE(second.config.Set(config::kStopActiveRunOnRestart.name, "false").ok());
  const Status refused = kit_.manager().Start(second).status();
  EXPECT_NE(refused.message().find(first->RunId()), std::string::npos) << refused.ToString();
  EXPECT_TRUE(first->IsActive());
  ASSERT_TRUE(first->Stop().ok());
  const Result<std::shared_ptr<StreamingQuery>> again = kit_.manager().Start(second);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ((*again)->Id(), first->Id());
  EXPECT_NE((*again)->RunId(), first->RunId());
}

TEST_F(StreamingQueryManagerTest, ANewRunEndsTheOneBefore) {
  const auto first = Start("one");
  StreamDefinition second = Named("one");
  second.name = "two";
  const Result<std::shared_ptr<StreamingQuery>> again = kit_.manager().Start(second);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_FALSE(first->IsActive());
  EXPECT_TRUE((*again)->IsActive());
  EXPECT_EQ((*again)->Id(), first->Id());
}

TEST_F(StreamingQueryManagerTest, ACopyOfACheckpointIsTheSameQuery) {
  const auto first = Start("one");
  StreamDefinition copy = Named("two");
  std::filesystem::copy(kit_.directory() + "/one", copy.checkpoint_directory,
                        std::filesystem::copy_options::recursive);
  ASSERT_TRUE(copy.config.Set(config::kStopActiveRunOnRestart.name, "false").ok());
  EXPECT_FALSE(kit_.manager().Start(copy).ok());
  EXPECT_TRUE(first->IsActive());
}

TEST_F(StreamingQueryManagerTest, ChecksTheSinkAndTheMode) {
  const auto epochs = std::make_shared<EpochTable>();
  StreamDefinition definition = kit_.Define(SelectNumbers(table_), std::shared_ptr<Table>(table_));
  EXPECT_EQ(ErrorCondition(kit_.manager().Start(definition).status()),
            "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE");
  definition = kit_.Define(SelectNumbers(table_), epochs);
  definition.mode = OutputMode::kComplete;
  EXPECT_EQ(ErrorCondition(kit_.manager().Start(definition).status()),
            "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
  EXPECT_TRUE(kit_.manager().Active().empty());
}

TEST_F(StreamingQueryManagerTest, AwaitsAnyTermination) {
  EXPECT_FALSE(kit_.manager().AwaitAnyTermination(0).ValueOrDie());
  const auto a = Start("a");
  EXPECT_FALSE(kit_.manager().AwaitAnyTermination(1).ValueOrDie());
  ASSERT_TRUE(a->Stop().ok());
  EXPECT_TRUE(kit_.manager().AwaitAnyTermination().ValueOrDie());
  EXPECT_TRUE(kit_.manager().AwaitAnyTermination().ValueOrDie());
  kit_.manager().ResetTerminated();
  EXPECT_FALSE(kit_.manager().AwaitAnyTermination(0).ValueOrDie());
}

TEST_F(StreamingQueryManagerTest, AFailureStaysKnownUntilReset) {
  sink_->on_batch = [](int64_t) { return Status::IOError("full"); };
  const auto failing = Start("failing");
  const auto other = Start("other");
  table_->Add({1});
  EXPECT_EQ(ErrorCondition(kit_.manager().AwaitAnyTermination().status()), "STREAM_FAILED");
  ASSERT_TRUE(other->Stop().ok());
  EXPECT_EQ(ErrorCondition(kit_.manager().AwaitAnyTermination().status()), "STREAM_FAILED");
}

TEST_F(StreamingQueryManagerTest, EndsItsQueries) {
  table_->set_hangs(true);
  table_->Add({1});
  const auto query = Start("a");
  table_->AwaitHanging();
  kit_.Restart();
  EXPECT_FALSE(query->IsActive());
  EXPECT_TRUE(query->AwaitTermination().ok());
}

TEST_F(StreamingQueryManagerTest, AQueryLivesWithoutItsHandle) {
  std::string id = Start("a")->Id();
  table_->Add({1});
  ASSERT_TRUE(kit_.manager().Get(id)->ProcessAllAvailable().ok());
  EXPECT_EQ(sink_->batches().size(), 1u);
}

TEST_F(StreamingQueryManagerTest, ListenersHearOfEverything) {
  const auto recorder = std::make_shared<ManagerRecorder>();
  kit_.manager().listeners()->Add(recorder);
  table_->Add({1});
  const auto query = Start("heard");
  EXPECT_EQ(recorder->events().front(), "started heard");
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  kit_.clock().AwaitWaiterPast(kit_.clock().NowMs());
  kit_.clock().Advance(10'000);
  ASSERT_TRUE(query->ProcessAllAvailable().ok());
  ASSERT_TRUE(query->Stop().ok());
  EXPECT_EQ(recorder->events(),
            (std::vector<std::string>{"started heard", "progress 0", "idle", "terminated"}));
  kit_.manager().listeners()->Remove(recorder.get());
  ASSERT_TRUE(Start("unheard")->Stop().ok());
  EXPECT_EQ(recorder->events().size(), 4u);
}

}  // namespace
}  // namespace firesteel
