#include "python/column_task.h"

#include <thread>

#include "arrow/record_batch.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using ::testing::HasSubstr;

/// A runtime whose worker is a shell script that talks on its descriptor 3.
std::shared_ptr<UserFunctionRuntime> RuntimeOfScript(const std::string& script) {
  PythonOptions options;
  options.command = {"sh", "-c", script};
  options.load_timeout = std::chrono::seconds(20);
  return NewPythonRuntime(options);
}

UserColumnTask TaskOfOne() {
  UserColumnFunction function;
  function.name = "f";
  function.protocol = 100;
  function.result = TypeId::kInteger;
  function.owner = "somebody";
  UserColumnTask task;
  task.calls.push_back({std::make_shared<const UserColumnFunction>(function), {0}, {""}});
  task.inputs = {Schema({{"_0", TypeId::kInteger}})};
  task.output = Schema({{"_0", TypeId::kInteger}});
  return task;
}

Result<std::vector<UserFrame>> NoFrames() { return std::vector<UserFrame>(); }

Status StatusOf(const std::string& script, UserColumnTask task = TaskOfOne()) {
  const auto runtime = RuntimeOfScript(script);
  auto rows = runtime->Run(std::move(task), NoFrames);
  ARROW_RETURN_NOT_OK(rows.status());
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, (*rows)->Next());
    if (batch == nullptr) return Status::OK();
  }
}

TEST(ColumnTaskTest, FunctionsThatCannotBeLoadedSayWhy) {
  const Status status = StatusOf(
      R"(printf '\062\000\000\000E{"type":"KeyError","message":"k","traceback":"at"}' >&3
          sleep 9)");
  EXPECT_EQ(ErrorCondition(status), "PYTHON_EXCEPTION");
  EXPECT_THAT(status.message(), HasSubstr("KeyError: k"));
}

TEST(ColumnTaskTest, AskingForInputAndEnding) {
  EXPECT_TRUE(StatusOf(R"(printf '\000\000\000\000O' >&3; printf '\000\000\000\000I' >&3
                          printf '\000\000\000\000O' >&3; sleep 9)")
                  .ok());
}

TEST(ColumnTaskTest, ADeadWorkerIsAnError) {
  const Status status = StatusOf(R"(printf '\000\000\000\000O' >&3; kill -9 $$)");
  EXPECT_EQ(ErrorCondition(status), "PYTHON_WORKER_FAILED");
}

TEST(ColumnTaskTest, NonsenseIsAnError) {
  for (const char* answer : {R"(\003\000\000\000Rabc)", R"(\000\000\000\000Q)",
                             R"(nonsense of all kinds)", R"(\377\377\377\377R)"}) {
    const Status status = StatusOf(R"(printf '\000\000\000\000O' >&3; printf ')" +
                                   std::string(answer) + "' >&3; sleep 9");
    EXPECT_EQ(ErrorCondition(status), "PYTHON_WORKER_FAILED") << answer;
  }
}

TEST(ColumnTaskTest, CancellationEndsAWorkerThatHangs) {
  std::atomic<bool> cancelled{false};
  UserColumnTask task = TaskOfOne();
  task.cancelled = &cancelled;
  const auto runtime = RuntimeOfScript(R"(printf '\000\000\000\000O' >&3; sleep 1000)");
  const auto rows = runtime->Run(std::move(task), NoFrames).ValueOrDie();
  std::thread canceller([&cancelled] { cancelled = true; });
  EXPECT_TRUE(rows->Next().status().IsCancelled());
  canceller.join();
}

TEST(ColumnTaskTest, AReaderMayBeLeftEarly) {
  const auto runtime = RuntimeOfScript(R"(printf '\000\000\000\000O' >&3; sleep 1000)");
  // The worker does not answer, so it is ended after a moment.
  EXPECT_TRUE(runtime->Run(TaskOfOne(), NoFrames).ok());
}

}  // namespace
}  // namespace firesteel
