#include "connect/server/operation.h"

#include <atomic>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong{60000};  // no test waits so long unless it fails

Operation::Response Rows(int64_t count) {
  Operation::Response response;
  response.mutable_arrow_batch()->set_row_count(count);
  return response;
}

std::unique_ptr<Operation> MakeOperation(bool reattachable = true) {
  return std::make_unique<Operation>(Operation::Ids{"session", "server", "operation"},
                                     std::set<std::string>{"tag"}, reattachable);
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
