#include "common/clock.h"

#include <limits>
#include <thread>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(SystemClock, ReturnsAtOnceWhenTheDeadlineIsPast) {
  std::atomic<bool> interrupted{false};
  Clock* clock = Clock::System();
  const int64_t now_ms = clock->NowMs();
  EXPECT_GT(now_ms, int64_t{1'600'000'000'000});
  EXPECT_GE(clock->WaitUntilMs(now_ms - 1, interrupted), now_ms - 1);
}

TEST(SystemClock, WaitsForTheDeadline) {
  std::atomic<bool> interrupted{false};
  Clock* clock = Clock::System();
  const int64_t deadline_ms = clock->NowMs() + 5;
  EXPECT_GE(clock->WaitUntilMs(deadline_ms, interrupted), deadline_ms);
}

TEST(SystemClock, AnInterruptEndsTheLongestWait) {
  std::atomic<bool> interrupted{false};
  Clock* clock = Clock::System();
  std::thread waiter([&] { clock->WaitUntilMs(std::numeric_limits<int64_t>::max(), interrupted); });
  interrupted = true;
  clock->WakeAll();
  waiter.join();
}

TEST(SystemClock, MonotonicTimeNeverGoesBack) {
  const int64_t first = Clock::System()->MonotonicNanos();
  EXPECT_LE(first, Clock::System()->MonotonicNanos());
}

}  // namespace
}  // namespace firesteel
