#include "streaming/stream_execution.h"

#include <stdexcept>

#include "common/error.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

/// A run that is a function.
class FunctionRun final : public StreamRun {
 public:
  using Function = std::function<Status(QueryMonitor*)>;
  FunctionRun(
      Function function, std::function<void()> on_destroyed = [] {})
      : function_(std::move(function)), on_destroyed_(std::move(on_destroyed)) {}
  ~FunctionRun() override { on_destroyed_(); }
  Status Run(QueryMonitor* monitor) override { return function_(monitor); }

 private:
  Function function_;
  std::function<void()> on_destroyed_;
};

class Recorder final : public QueryListener {
 public:
  void OnTerminated(const QueryTerminatedEvent& event) override {
    conditions.push_back(event.exception.empty() ? "none" : event.error_condition);
  }
  std::vector<std::string> conditions;
};

class StreamExecutionTest : public testing::Test {
 protected:
  StreamExecutionTest() : listeners_(std::make_shared<ListenerBus>()) {
    listeners_->Add(recorder_);
  }

  std::shared_ptr<StreamExecution> NewQuery() {
    return std::make_shared<StreamExecution>(StreamExecution::Options{
        .identity = {.id = "the-id", .run_id = "the-run", .name = "n"},
        .clock = Clock::System(),
        .listeners = listeners_,
        .on_ended = [this](const StreamExecution& query) { active_at_end_ = query.IsActive(); }});
  }
  std::shared_ptr<StreamExecution> Start(FunctionRun::Function function) {
    auto query = NewQuery();
    EXPECT_TRUE(query->Start(std::make_unique<FunctionRun>(std::move(function))).ok());
    return query;
  }
  static Status WaitForStop(QueryMonitor* monitor) {
    while (!monitor->stop_token().cancelled()) {
      monitor->wake()->Clear();
      if (monitor->stop_token().cancelled()) break;
      monitor->wake()->WaitUntilMs(INT64_MAX);
    }
    return Status::Cancelled("given up");
  }

  std::shared_ptr<Recorder> recorder_ = std::make_shared<Recorder>();
  std::shared_ptr<ListenerBus> listeners_;
  bool active_at_end_ = true;
};

TEST_F(StreamExecutionTest, EndsByItself) {
  const auto query = Start([](QueryMonitor*) { return Status::OK(); });
  EXPECT_TRUE(query->AwaitTermination().ok());
  EXPECT_FALSE(query->IsActive());
  EXPECT_TRUE(query->Exception().ok());
  EXPECT_EQ(query->GetStatus().message, "Stopped");
  EXPECT_FALSE(active_at_end_);
  EXPECT_TRUE(query->Stop().ok());
  EXPECT_EQ(recorder_->conditions, std::vector<std::string>{"none"});
}

TEST_F(StreamExecutionTest, StopEndsIt) {
  const auto query = Start(WaitForStop);
  EXPECT_FALSE(query->AwaitTermination(0).ValueOrDie());
  EXPECT_TRUE(query->IsActive());
  EXPECT_TRUE(query->Stop().ok());
  EXPECT_TRUE(query->AwaitTermination(0).ValueOrDie());
  EXPECT_TRUE(query->Exception().ok());
  EXPECT_EQ(recorder_->conditions, std::vector<std::string>{"none"});
}

TEST_F(StreamExecutionTest, AFailureIsStreamFailedWithItsCause) {
  const auto query = Start([](QueryMonitor*) {
    return MakeError("DIVIDE_BY_ZERO", {{"config", "spark.sql.ansi.enabled"}});
  });
  const Status status = query->AwaitTermination();
  ASSERT_EQ(ErrorCondition(status), "STREAM_FAILED");
  const ErrorInfo* info = GetErrorInfo(status);
  EXPECT_EQ(info->sql_state, "XXKST");
  EXPECT_EQ(ErrorCondition(info->cause), "DIVIDE_BY_ZERO");
  EXPECT_EQ(info->parameters.at("id"), "the-id");
  EXPECT_EQ(info->parameters.at("runId"), "the-run");
  EXPECT_EQ(query->AwaitTermination(10).status(), status);
  EXPECT_EQ(query->ProcessAllAvailable(), status);
  EXPECT_EQ(query->Exception(), status);
  EXPECT_EQ(query->GetStatus().message.rfind("Terminated with exception: [DIVIDE_BY_ZERO]", 0), 0u);
  EXPECT_EQ(recorder_->conditions, std::vector<std::string>{"DIVIDE_BY_ZERO"});
}

TEST_F(StreamExecutionTest, AThrownExceptionIsAFailure) {
  const auto query =
      Start([](QueryMonitor*) -> Status { throw std::runtime_error("out of the blue"); });
  const Status status = query->AwaitTermination();
  EXPECT_EQ(ErrorCondition(status), "STREAM_FAILED");
  EXPECT_NE(status.message().find("out of the blue"), std::string::npos);
}

TEST_F(StreamExecutionTest, TheRunIsGoneBeforeAnyoneHearsOfTheEnd) {
  bool gone = false;
  const auto query = NewQuery();
  ASSERT_TRUE(query
                  ->Start(std::make_unique<FunctionRun>([](QueryMonitor*) { return Status::OK(); },
                                                        [&] { gone = true; }))
                  .ok());
  ASSERT_TRUE(query->AwaitTermination().ok());
  EXPECT_TRUE(gone);
}

TEST_F(StreamExecutionTest, TheQuerysThreadCannotWaitForItself) {
  std::weak_ptr<StreamExecution> self;
  std::vector<Status> results;
  const auto query = NewQuery();
  self = query;
  ASSERT_TRUE(query
                  ->Start(std::make_unique<FunctionRun>([&](QueryMonitor*) {
                    const auto known = self.lock();
                    results = {known->AwaitTermination(), known->AwaitTermination(10).status(),
                               known->ProcessAllAvailable(), known->Stop()};
                    return Status::OK();
                  }))
                  .ok());
  ASSERT_TRUE(query->AwaitTermination().ok());
  EXPECT_TRUE(results[0].IsInvalid());
  EXPECT_TRUE(results[1].IsInvalid());
  EXPECT_TRUE(results[2].IsInvalid());
  EXPECT_TRUE(results[3].ok());
}

TEST_F(StreamExecutionTest, TheLastHandleMayBeTheThreadsOwn) {
  auto query = Start(WaitForStop);
  query->RequestStop();
  const std::weak_ptr<StreamExecution> known = query;
  query.reset();
  while (!known.expired()) std::this_thread::yield();
}

TEST_F(StreamExecutionTest, ProcessAllAvailableWaitsForATriggerThatBeganAfterIt) {
  std::atomic<int> triggers{0};
  const auto query = Start([&](QueryMonitor* monitor) {
    while (!monitor->stop_token().cancelled()) {
      monitor->wake()->Clear();
      monitor->BeginTrigger();
      ++triggers;
      monitor->EndTrigger(/*idle=*/true);
      if (!monitor->stop_token().cancelled()) monitor->wake()->WaitUntilMs(INT64_MAX);
    }
    return Status::OK();
  });
  for (int i = 0; i < 100; ++i) {
    const int before = triggers;
    ASSERT_TRUE(query->ProcessAllAvailable().ok());
    EXPECT_GT(triggers, before);
  }
  ASSERT_TRUE(query->Stop().ok());
  EXPECT_TRUE(query->ProcessAllAvailable().ok());
}

TEST_F(StreamExecutionTest, KeepsOneReportFewerThanTheSettingSays) {
  QueryMonitor monitor({"id", "run", ""}, Clock::System(), 3, listeners_.get());
  EXPECT_FALSE(monitor.LastProgress().has_value());
  for (int64_t batch = 0; batch < 5; ++batch) {
    StreamingQueryProgress progress;
    progress.batch_id = batch;
    monitor.AddProgress(progress);
  }
  ASSERT_EQ(monitor.RecentProgress().size(), 2u);
  EXPECT_EQ(monitor.RecentProgress()[0].batch_id, 3);
  EXPECT_EQ(monitor.LastProgress()->batch_id, 4);
}

TEST_F(StreamExecutionTest, SurvivesARetentionOfNothing) {
  QueryMonitor monitor({"id", "run", ""}, Clock::System(), 0, listeners_.get());
  monitor.AddProgress({});
  EXPECT_TRUE(monitor.RecentProgress().empty());
}

}  // namespace
}  // namespace firesteel
