#include "common/clock.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace firesteel {
namespace {

// A single sleep, so that a deadline far in the future cannot overflow the system's time type.
constexpr int64_t kLongestSleepMs = 24 * 60 * 60 * 1000;

class SystemClock final : public Clock {
 public:
  int64_t NowMs() const override { return NowMicros() / 1000; }

  int64_t NowMicros() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  int64_t MonotonicNanos() const override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  int64_t WaitUntilMs(int64_t deadline_ms, const std::atomic<bool>& interrupted) override {
    std::unique_lock lock(mutex_);
    int64_t now_ms = NowMs();
    while (now_ms < deadline_ms && !interrupted.load(std::memory_order_acquire)) {
      const int64_t sleep_ms =
          deadline_ms - kLongestSleepMs > now_ms ? kLongestSleepMs : deadline_ms - now_ms;
      woken_.wait_until(lock, std::chrono::system_clock::time_point(
                                  std::chrono::milliseconds(now_ms + sleep_ms)));
      now_ms = NowMs();
    }
    return now_ms;
  }

  void WakeAll() override {
    // Taking the lock closes the gap between a waiter's look at its flag and its sleep.
    {
      std::lock_guard lock(mutex_);
    }
    woken_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
};

}  // namespace

Clock* Clock::System() {
  // Leaks on purpose: threads may still look at the time while the process ends.
  static SystemClock* const clock = new SystemClock();
  return clock;
}

}  // namespace firesteel
