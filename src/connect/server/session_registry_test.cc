#include "connect/server/session_registry.h"

#include <memory>
#include <string>
#include <utility>

#include "common/error.h"
#include "common/random.h"
#include "gtest/gtest.h"
#include "testing/manual_clock.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

constexpr int64_t kMinuteMs = 60'000;

std::shared_ptr<const spark::connect::Plan> PlanOf(int64_t rows) {
  auto plan = std::make_shared<spark::connect::Plan>();
  plan->mutable_root()->mutable_range()->set_end(rows);
  return plan;
}

// Its own thread waits for the clock as well, and may be first: whatever is asserted holds whether
// it or the test has dropped something.
class SessionRegistryTest : public ::testing::Test {
 protected:
  SessionRegistryTest() {
    environment_->clock = &clock_;
    registry_ = std::make_unique<SessionRegistry>(
        [] { return firesteel::testing::MakeTestSession({}); }, Timeouts(), environment_);
  }

  Result<std::shared_ptr<ServerSession>> Open(const std::string& observed = "") {
    return registry_->GetOrCreate(key_, observed);
  }
  std::shared_ptr<ServerSession> MustOpen() { return Open().ValueOrDie(); }
  void Advance(int64_t milliseconds) {
    clock_.Advance(milliseconds);
    registry_->DropUnused();
  }

  firesteel::testing::ManualClock clock_{1000};
  const std::shared_ptr<ServerEnvironment> environment_ = std::make_shared<ServerEnvironment>();
  const SessionRegistry::Key key_{"user", NewUuid()};
  std::unique_ptr<SessionRegistry> registry_;
};

TEST_F(SessionRegistryTest, ASessionLivesAsLongAsItIsUsed) {
  const auto session = MustOpen();
  for (int i = 0; i < 3; ++i) {
    Advance(59 * kMinuteMs);
    EXPECT_EQ(MustOpen(), session);
  }
  Advance(61 * kMinuteMs);
  EXPECT_EQ(ErrorCondition(Open().status()), "INVALID_HANDLE.SESSION_CLOSED");
  EXPECT_EQ(ErrorCondition(registry_->Find(key_, "").status()), "INVALID_HANDLE.SESSION_CLOSED");
}

TEST_F(SessionRegistryTest, KnowsWhenAClientMeansAnotherServersSession) {
  EXPECT_EQ(ErrorCondition(Open(NewUuid()).status()), "INVALID_HANDLE.SESSION_CHANGED");
  const auto session = MustOpen();
  EXPECT_EQ(ErrorCondition(Open(NewUuid()).status()), "INVALID_HANDLE.SESSION_CHANGED");
  EXPECT_EQ(Open(session->server_side_id()).ValueOrDie(), session);
}

TEST_F(SessionRegistryTest, RefusesIdsThatAreNone) {
  for (const char* id : {"", "x", "00112233-4455-6677-8899-aabbccddeef", "../../etc/passwd"}) {
    EXPECT_EQ(ErrorCondition(registry_->GetOrCreate({"user", id}, "").status()),
              "INVALID_HANDLE.FORMAT");
    EXPECT_EQ(ErrorCondition(registry_->Find({"user", id}, "").status()),
              "INVALID_HANDLE.SESSION_NOT_FOUND");
  }
}

TEST_F(SessionRegistryTest, ForgetsReleasedSessionsBeyondTheLastTenThousand) {
  registry_->Release(key_, false);
  EXPECT_EQ(ErrorCondition(Open().status()), "INVALID_HANDLE.SESSION_CLOSED");
  for (int i = 0; i < 10'000; ++i) registry_->Release({"other", std::to_string(i)}, false);
  EXPECT_TRUE(Open().ok());
}

TEST_F(SessionRegistryTest, OneRequestThatComesTwiceIsOneOperation) {
  const auto session = MustOpen();
  const std::string id = NewUuid();
  const auto first = session->OpenOperation(id, {}, true, PlanOf(3)).ValueOrDie();
  EXPECT_TRUE(first.is_new);
  first.operation->Start([](Operation*) { return Status::OK(); });
  const auto second = session->OpenOperation(id, {}, true, PlanOf(3)).ValueOrDie();
  EXPECT_FALSE(second.is_new);
  EXPECT_EQ(second.operation, first.operation);
  EXPECT_EQ(ErrorCondition(session->OpenOperation(id, {}, true, PlanOf(4)).status()),
            "INVALID_HANDLE.OPERATION_ALREADY_EXISTS");
  EXPECT_EQ(ErrorCondition(session->OpenOperation(id, {}, false, PlanOf(3)).status()),
            "INVALID_HANDLE.OPERATION_ALREADY_EXISTS");
  // Late, when the client has its answer: it must not run again.
  session->RemoveOperation(id);
  EXPECT_EQ(ErrorCondition(session->OpenOperation(id, {}, true, PlanOf(3)).status()),
            "INVALID_HANDLE.OPERATION_ABANDONED");
  EXPECT_EQ(ErrorCondition(session->OpenOperation("x", {}, true, PlanOf(3)).status()),
            "INVALID_HANDLE.FORMAT");
}

TEST_F(SessionRegistryTest, DropsWhatAVanishedClientLeft) {
  const auto session = MustOpen();
  const std::string id = NewUuid();
  {
    const auto opened = session->OpenOperation(id, {}, true, PlanOf(3)).ValueOrDie();
    opened.operation->Start([](Operation* running) {
      // More than is kept for nobody: it waits to be interrupted.
      while (!running->interrupted()) {
        Operation::Response response;
        response.mutable_arrow_batch()->set_data(std::string(1 << 22, 'x'));
        running->Send(std::move(response));
      }
      return Status::OK();
    });
    const uint64_t attachment = opened.operation->Attach();
    Advance(30 * kMinuteMs);  // it is read, however slowly
    session->Touch();
    EXPECT_FALSE(opened.operation->interrupted());
    opened.operation->Detach(attachment);
    Advance(4 * kMinuteMs);
    EXPECT_FALSE(opened.operation->interrupted());
    Advance(2 * kMinuteMs);
    EXPECT_TRUE(opened.operation->interrupted());
    // Ends by itself now.
    const uint64_t last = opened.operation->Attach();
    std::shared_ptr<const Operation::Response> response;
    int64_t position = 0;
    while (opened.operation->Next(last, position, std::chrono::minutes(1), &response) ==
           Operation::Event::kResponse) {
      ++position;
    }
    EXPECT_TRUE(opened.operation->ended());
    opened.operation->Detach(last);
  }
  Advance(6 * kMinuteMs);
  EXPECT_EQ(session->FindOperation(id), nullptr);
  EXPECT_EQ(ErrorCondition(session->OpenOperation(id, {}, true, PlanOf(3)).status()),
            "INVALID_HANDLE.OPERATION_ABANDONED");
}

}  // namespace
}  // namespace firesteel
