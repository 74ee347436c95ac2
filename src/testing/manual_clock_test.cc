#include "testing/manual_clock.h"

#include <thread>

#include "gtest/gtest.h"

namespace firesteel::testing {
namespace {

constexpr int64_t kPatienceMs = 60'000;

TEST(ManualClockTest, MovesOnlyWhenTold) {
  ManualClock clock(1000);
  EXPECT_EQ(clock.NowMs(), 1000);
  clock.Advance(5);
  EXPECT_EQ(clock.NowMs(), 1005);
  EXPECT_EQ(clock.NowMicros(), 1'005'000);
  EXPECT_EQ(clock.MonotonicNanos(), 1'005'000'000);
}

TEST(ManualClockTest, APastDeadlineDoesNotWait) {
  ManualClock clock(1000);
  const std::atomic<bool> interrupted{false};
  EXPECT_EQ(clock.WaitUntilMs(1000, interrupted), 1000);
  const std::atomic<bool> set{true};
  EXPECT_EQ(clock.WaitUntilMs(2000, set), 1000);
}

TEST(ManualClockTest, WaitersLeaveAtTheirDeadline) {
  ManualClock clock(0);
  const std::atomic<bool> interrupted{false};
  const std::atomic<bool> given_up{false};
  std::atomic<int64_t> woken_at{-1};
  std::thread waiter([&] { woken_at = clock.WaitUntilMs(10, interrupted); });
  ASSERT_TRUE(clock.AwaitIdle(given_up, kPatienceMs));
  EXPECT_EQ(clock.NextDeadlineMs(), 10);
  clock.Advance(9);
  ASSERT_TRUE(clock.AwaitIdle(given_up, kPatienceMs));
  EXPECT_EQ(woken_at, -1);
  clock.Advance(1);
  waiter.join();
  EXPECT_EQ(woken_at, 10);
  EXPECT_EQ(clock.NextDeadlineMs(), -1);
}

TEST(ManualClockTest, AnInterruptedWaiterIsNotAtRest) {
  ManualClock clock(0);
  std::atomic<bool> interrupted{false};
  const std::atomic<bool> given_up{false};
  std::thread waiter([&] { clock.WaitUntilMs(10, interrupted); });
  ASSERT_TRUE(clock.AwaitIdle(given_up, kPatienceMs));
  {
    const ManualClock::Hold hold(&clock);
    interrupted = true;
    clock.WakeAll();
    EXPECT_FALSE(clock.AwaitIdle(given_up, 0));
    EXPECT_EQ(clock.NextDeadlineMs(), -1);
  }
  waiter.join();
}

TEST(ManualClockTest, AwaitIdleEndsWhenGivenUp) {
  ManualClock clock(0);
  std::atomic<bool> given_up{false};
  EXPECT_FALSE(clock.AwaitIdle(given_up, 0));
  std::thread other([&] {
    given_up = true;
    clock.WakeAll();
  });
  EXPECT_TRUE(clock.AwaitIdle(given_up, kPatienceMs));
  other.join();
}

}  // namespace
}  // namespace firesteel::testing
