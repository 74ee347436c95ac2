#include "python/python_runtime.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<UserFunctionRuntime> Runtime(const std::string& script) {
  PythonOptions options;
  options.command = {"sh", "-c", script};
  options.load_timeout = std::chrono::seconds(20);
  return NewPythonRuntime(options);
}

UserFunction Function(UserFunction::Kind kind) {
  UserFunction function;
  function.kind = kind;
  function.owner = "somebody";
  return function;
}

TEST(PythonRuntimeTest, AnErrorWhileLoadingNamesTheReason) {
  const auto runtime = Runtime(
      R"(printf '\062\000\000\000E{"type":"KeyError","message":"k","traceback":"at"}' >&3;
          sleep 9)");
  const Status batch = runtime->Load(Function(UserFunction::Kind::kForeachBatch)).status();
  EXPECT_EQ(ErrorCondition(batch), "STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE");
  EXPECT_THAT(batch.message(), HasSubstr("KeyError: k"));
  const Status rows = runtime->Load(Function(UserFunction::Kind::kForeach)).status();
  EXPECT_EQ(ErrorCondition(rows), "FOREACH_USER_FUNCTION_ERROR");
}

TEST(PythonRuntimeTest, AWorkerThatDiesWhileItWorksIsAnError) {
  const auto runtime = Runtime(R"(printf '\000\000\000\000O' >&3; head -c 100 <&3 >&2; exit 3)");
  const auto call = runtime->Load(Function(UserFunction::Kind::kForeachBatch)).ValueOrDie();
  const Status status = call->CallWithFrame(std::string(100, 'x'), 1);
  EXPECT_EQ(ErrorCondition(status), "PYTHON_WORKER_FAILED");
}

TEST(PythonRuntimeTest, AWorkerIsUsedAgainByItsOwnerOnly) {
  // It answers every byte it gets: more than one answer to each message, all of them O.
  const auto runtime = Runtime(
      R"(while :; do dd bs=1 count=1 <&3 >&2 2>/dev/null; printf '\000\000\000\000O' >&3; done)");
  UserFunction function = Function(UserFunction::Kind::kForeach);
  for (int i = 0; i < 3; ++i) {
    const auto call = runtime->Load(function).ValueOrDie();
    EXPECT_TRUE(call->BeginRows(0, i).ok());
    EXPECT_TRUE(call->EndRows().ok());
  }
  runtime->Forget("somebody");
}

}  // namespace
}  // namespace firesteel
