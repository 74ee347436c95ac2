#include "connect/server/operation.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "testing/manual_clock.h"

namespace firesteel {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong{60000};  // no test waits so long unless it fails

Operation::Response Rows(int64_t count) {
  Operation::Response response;
  response.mutable_arrow_batch()->set_row_count(count);
  return response;
}

std::unique_ptr<Operation> MakeOperation(bool reattachable = true, Clock* clock = Clock::System()) {
  return std::make_unique<Operation>(Operation::Ids{"session", "server", "operation"},
                                     std::set<std::string>{"tag"}, reattachable,
                                     std::make_shared<const spark::connect::Plan>(), clock);
}

/// Reads to the end; the row counts, -1 for ResultComplete.
std::vector<int64_t> ReadAll(Operation* operation, int64_t position,
                             std::vector<std::string>* ids = nullptr) {
  const uint64_t attachment = operation->Attach();
  std::vector<int64_t> counts;
  std::shared_ptr<const Operation::Response> response;
  while (operation->Next(attachment, position, kLong, &response) == Operation::Event::kResponse) {
    EXPECT_EQ(response->session_id(), "session");
    EXPECT_EQ(response->operation_id(), "operation");
    counts.push_back(response->has_result_complete() ? -1 : response->arrow_batch().row_count());
    if (ids != nullptr) ids->push_back(response->response_id());
    ++position;
  }
  return counts;
}

TEST(OperationTest, GivesAllResponsesAndTheEnd) {
  auto operation = MakeOperation();
  operation->Start([](Operation* running) {
    for (int64_t i = 1; i <= 3; ++i) running->Send(Rows(i));
    return Status::OK();
  });
  EXPECT_EQ(ReadAll(operation.get(), 0), (std::vector<int64_t>{1, 2, 3, -1}));
  EXPECT_TRUE(operation->result().ok());
}

TEST(OperationTest, OneThatNobodyCanComeBackToHasNoLastResponse) {
  auto operation = MakeOperation(false);
  operation->Start([](Operation* running) {
    running->Send(Rows(7));
    return Status::OK();
  });
  EXPECT_EQ(ReadAll(operation.get(), 0), (std::vector<int64_t>{7}));
}

TEST(OperationTest, WhatFollowsAtOnceIsThereWithTheResponse) {
  auto operation = MakeOperation();
  operation->Start([](Operation* running) {
    running->Send(Rows(1), /*more_follows=*/true);
    running->Send(Rows(2), /*more_follows=*/true);
    return Status::OK();
  });
  const uint64_t attachment = operation->Attach();
  std::shared_ptr<const Operation::Response> response;
  // The reader sleeps through the responses that announce others, until the end.
  while (!operation->ended()) operation->Next(attachment, 3, kLong, &response);
  for (int64_t position = 0; position < 3; ++position) {
    bool more_ready = false;
    ASSERT_EQ(operation->Next(attachment, position, kLong, &response, &more_ready),
              Operation::Event::kResponse);
    EXPECT_TRUE(more_ready) << position;
  }
}

TEST(OperationTest, SaysThatNothingFollowsYet) {
  auto operation = MakeOperation();
  operation->Start([](Operation* running) {
    running->Send(Rows(1));
    while (!running->interrupted()) std::this_thread::yield();
    return Status::OK();
  });
  const uint64_t attachment = operation->Attach();
  std::shared_ptr<const Operation::Response> response;
  bool more_ready = true;
  ASSERT_EQ(operation->Next(attachment, 0, kLong, &response, &more_ready),
            Operation::Event::kResponse);
  EXPECT_FALSE(more_ready);
}

TEST(OperationTest, GoesOnAfterABrokenConnection) {
  auto operation = MakeOperation();
  operation->Start([](Operation* running) {
    for (int64_t i = 1; i <= 3; ++i) running->Send(Rows(i));
    return Status::OK();
  });
  std::vector<std::string> ids;
  ReadAll(operation.get(), 0, &ids);
  const Result<int64_t> position = operation->PositionAfter(ids[0]);
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(ReadAll(operation.get(), *position), (std::vector<int64_t>{2, 3, -1}));
  // What is released is gone, what is not can still be read.
  operation->ReleaseUntil(ids[1]);
  EXPECT_EQ(ErrorCondition(operation->PositionAfter(ids[0]).status()),
            "INVALID_CURSOR.POSITION_NOT_FOUND");
  EXPECT_EQ(ReadAll(operation.get(), 2), (std::vector<int64_t>{3, -1}));
  EXPECT_TRUE(operation->CheckAvailable(2).ok());
  EXPECT_EQ(ErrorCondition(operation->CheckAvailable(1)), "INVALID_CURSOR.POSITION_NOT_AVAILABLE");
}

TEST(OperationTest, GoesOnAfterTheLastResponseThatWasReleased) {
  auto operation = MakeOperation();
  operation->Start([](Operation* running) {
    for (int64_t i = 1; i <= 3; ++i) running->Send(Rows(i));
    return Status::OK();
  });
  std::vector<std::string> ids;
  ReadAll(operation.get(), 0, &ids);
  // The client releases what it has, and its connection breaks before it has more.
  operation->ReleaseUntil(ids[1]);
  ASSERT_EQ(operation->PositionAfter(ids[1]).ValueOrDie(), 2);
  EXPECT_EQ(ReadAll(operation.get(), 2), (std::vector<int64_t>{3, -1}));
}

TEST(OperationTest, KnowsSinceWhenItHasNoReader) {
  firesteel::testing::ManualClock clock(1000);
  auto operation = MakeOperation(true, &clock);
  EXPECT_EQ(operation->detached_since_nanos(), clock.MonotonicNanos());
  const uint64_t first = operation->Attach();
  EXPECT_EQ(operation->detached_since_nanos(), std::nullopt);
  const uint64_t second = operation->Attach();
  operation->Detach(first);  // another has taken its place
  EXPECT_EQ(operation->detached_since_nanos(), std::nullopt);
  clock.Advance(5);
  operation->Detach(second);
  EXPECT_EQ(operation->detached_since_nanos(), clock.MonotonicNanos());
}

TEST(OperationTest, ANewReaderTakesOver) {
  auto operation = MakeOperation();
  std::atomic<bool> go{false};
  operation->Start([&](Operation*) {
    go.wait(false);
    return Status::OK();
  });
  const uint64_t first = operation->Attach();
  operation->Attach();
  std::shared_ptr<const Operation::Response> response;
  EXPECT_EQ(operation->Next(first, 0, kLong, &response), Operation::Event::kPreempted);
  go = true;
  go.notify_all();
}

TEST(OperationTest, AnInterruptEndsIt) {
  auto operation = MakeOperation();
  std::atomic<bool> woken{false};
  operation->Start([&](Operation* running) {
    running->OnInterrupt([&] {
      woken = true;
      woken.notify_all();
    });
    woken.wait(false);
    return Status::OK();
  });
  EXPECT_TRUE(operation->Interrupt());
  EXPECT_EQ(ReadAll(operation.get(), 0), (std::vector<int64_t>{}));
  EXPECT_EQ(ErrorCondition(operation->result()), "OPERATION_CANCELED");
  EXPECT_FALSE(operation->Interrupt());
}

TEST(OperationTest, DestroyingItEndsTheWork) {
  auto operation = MakeOperation();
  // More than is kept for a client that does not read.
  operation->Start([](Operation* running) {
    while (!running->interrupted()) {
      Operation::Response response = Rows(1);
      response.mutable_arrow_batch()->set_data(std::string(1 << 20, 'x'));
      running->Send(std::move(response));
    }
    return Status::OK();
  });
  operation.reset();
}

}  // namespace
}  // namespace firesteel
