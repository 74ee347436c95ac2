#include "common/task_scheduler.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

class TaskSchedulerTest : public ::testing::TestWithParam<int> {};

TEST_P(TaskSchedulerTest, RunsEveryTaskOnce) {
  auto scheduler = TaskScheduler::Make(GetParam());
  EXPECT_EQ(scheduler->threads(), GetParam());
  for (int count : {0, 1, 2, 3, 100}) {
    std::vector<std::atomic<int>> runs(count);
    ASSERT_TRUE(scheduler
                    ->Run(count,
                          [&](int i) {
                            ++runs[i];
                            return Status::OK();
                          })
                    .ok());
    for (const auto& run : runs) EXPECT_EQ(run, 1);
  }
}

TEST_P(TaskSchedulerTest, StopsAfterTheFirstError) {
  auto scheduler = TaskScheduler::Make(GetParam());
  std::atomic<int> runs{0};
  const Status status = scheduler->Run(1000, [&](int i) {
    ++runs;
    return i == 0 ? Status::IOError("task 0") : Status::OK();
  });
  EXPECT_EQ(status.message(), "task 0");
  if (GetParam() == 1) {
    EXPECT_EQ(runs, 1);
  }
  EXPECT_TRUE(scheduler->Run(2, [](int) { return Status::OK(); }).ok());
}

TEST_P(TaskSchedulerTest, NestedStagesRunInline) {
  auto scheduler = TaskScheduler::Make(GetParam());
  std::atomic<int> inner{0};
  ASSERT_TRUE(scheduler
                  ->Run(8,
                        [&](int) {
                          const std::thread::id outer_thread = std::this_thread::get_id();
                          return scheduler->Run(4, [&, outer_thread](int) {
                            ++inner;
                            return std::this_thread::get_id() == outer_thread
                                       ? Status::OK()
                                       : Status::UnknownError("another thread");
                          });
                        })
                  .ok());
  EXPECT_EQ(inner, 32);
}

TEST_P(TaskSchedulerTest, ManyQueriesShareIt) {
  auto scheduler = TaskScheduler::Make(GetParam());
  std::atomic<int> runs{0};
  std::vector<std::thread> queries;
  for (int q = 0; q < 4; ++q) {
    queries.emplace_back([&] {
      for (int batch = 0; batch < 50; ++batch) {
        EXPECT_TRUE(scheduler
                        ->Run(5,
                              [&](int) {
                                ++runs;
                                return Status::OK();
                              })
                        .ok());
      }
    });
  }
  for (std::thread& query : queries) query.join();
  EXPECT_EQ(runs, 4 * 50 * 5);
}

INSTANTIATE_TEST_SUITE_P(Threads, TaskSchedulerTest, ::testing::Values(1, 2, 4));

}  // namespace
}  // namespace firesteel
