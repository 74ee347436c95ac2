#include "python/worker_process.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/manual_clock.h"

namespace firesteel {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<WorkerProcess> Shell(const std::string& script) {
  return WorkerProcess::Start({"sh", "-c", script}, {{"GREETING", "hello"}}).ValueOrDie();
}

TEST(WorkerProcessTest, ReadsMessages) {
  const auto worker = Shell(R"(printf '\005\000\000\000O%s' "$GREETING" >&3; sleep 100)");
  const WorkerMessage message = worker->Receive().ValueOrDie();
  EXPECT_EQ(message.kind, 'O');
  EXPECT_EQ(message.payload, "hello");
  EXPECT_TRUE(worker->healthy());
}

TEST(WorkerProcessTest, SendsMessages) {
  // What comes goes back as it is.
  const auto worker = Shell("cat <&3 >&3");
  const std::string rows(300'000, 'x');
  std::thread sender([&] { EXPECT_TRUE(worker->Send('O', rows).ok()); });
  EXPECT_EQ(worker->Receive().ValueOrDie().payload, rows);
  sender.join();
}

TEST(WorkerProcessTest, SaysHowTheProcessEnded) {
  const auto worker = Shell("exit 7");
  const Status status = worker->Receive().status();
  EXPECT_EQ(ErrorCondition(status), "PYTHON_WORKER_FAILED");
  EXPECT_THAT(status.message(), HasSubstr("exit status 7"));
  EXPECT_FALSE(worker->healthy());
  EXPECT_FALSE(worker->Send('L', "x").ok());
}

TEST(WorkerProcessTest, SaysWhichSignalEndedIt) {
  EXPECT_THAT(Shell("kill -9 $$")->Receive().status().message(), HasSubstr("signal 9"));
}

TEST(WorkerProcessTest, RefusesNonsense) {
  const auto worker = Shell("echo this is no message at all >&3; sleep 100");
  EXPECT_THAT(worker->Receive().status().message(), HasSubstr("no message"));
  EXPECT_FALSE(worker->healthy());
}

TEST(WorkerProcessTest, RefusesALengthThatCannotBe) {
  const auto worker = Shell(R"(printf '\377\377\377\377Oabc' >&3; sleep 100)");
  EXPECT_THAT(worker->Receive().status().message(), HasSubstr("no message"));
}

TEST(WorkerProcessTest, DoesNotWaitLongerThanAsked) {
  firesteel::testing::ManualClock clock(0);
  const auto worker = WorkerProcess::Start({"sh", "-c", "sleep 100"}, {}, &clock).ValueOrDie();
  std::atomic<bool> answered{false};
  Status status;
  std::thread reader([&] {
    status = worker->Receive(std::chrono::minutes(5)).status();
    answered = true;
    answered.notify_all();
  });
  // Wherever the reader is by now: the time may have been set before it looked, so it moves on
  // until it has seen enough of it.
  while (!answered) clock.Advance(60'000);
  reader.join();
  EXPECT_THAT(status.message(), HasSubstr("in time"));
  EXPECT_FALSE(worker->healthy());
}

TEST(WorkerProcessTest, WaitsAsLongAsTheClockStandsStill) {
  firesteel::testing::ManualClock clock(0);
  const auto worker =
      WorkerProcess::Start({"sh", "-c", R"(sleep 0.2; printf '\000\000\000\000O' >&3; sleep 100)"},
                           {}, &clock)
          .ValueOrDie();
  EXPECT_EQ(worker->Receive(std::chrono::milliseconds(1)).ValueOrDie().kind, 'O');
}

TEST(WorkerProcessTest, KillEndsAWaitingCallEvenIfAChildHoldsTheSocket) {
  const auto worker = Shell("setsid sleep 2 & sleep 100");
  std::thread killer([&] { worker->Kill(); });
  EXPECT_TRUE(worker->Receive().status().IsCancelled());
  killer.join();
}

TEST(WorkerProcessTest, SaysThatAProgramDoesNotExist) {
  const auto started = WorkerProcess::Start({"/no/such/python"}, {});
  EXPECT_EQ(ErrorCondition(started.status()), "PYTHON_WORKER_FAILED");
  EXPECT_THAT(started.status().message(), HasSubstr("/no/such/python"));
}

}  // namespace
}  // namespace firesteel
