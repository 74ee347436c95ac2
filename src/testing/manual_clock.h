#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "common/clock.h"

namespace firesteel::testing {

/// A clock that moves only when told to. It also knows when those who wait on it are at rest, which
/// tells a test that a query has nothing left to do without any sleeping. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t start_ms);

  int64_t NowMs() const override;
  int64_t NowMicros() const override { return NowMs() * 1000; }
  /// Shows the same time: what a test measures takes no time unless it moves the clock.
  int64_t MonotonicNanos() const override { return NowMs() * 1'000'000; }
  int64_t WaitUntilMs(int64_t deadline_ms, const std::atomic<bool>& interrupted) override;
  void WakeAll() override;

  void Advance(int64_t milliseconds);
  /// Blocks until some thread waits for a later time and nothing has woken it, or until `given_up`
  /// is set and WakeAll called. False when `patience_ms` of real time passed first: a test that hangs
  /// is to say so.
  bool AwaitIdle(const std::atomic<bool>& given_up, int64_t patience_ms);
  /// The earliest time that a thread at rest waits for; -1 when there is none.
  int64_t NextDeadlineMs() const;

  /// While one of these lives, no waiter wakes up: what happens meanwhile happens at once for them.
  class Hold {
   public:
    explicit Hold(ManualClock* clock);
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();

   private:
    ManualClock* clock_;
  };

 private:
  struct Waiter {
    int64_t deadline_ms;
    const std::atomic<bool>* interrupted;
  };
  // Requires mutex_.
  bool AtRest(const Waiter& waiter) const;
  bool AnyAtRest() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int64_t now_ms_;                // guarded by mutex_
  int holds_ = 0;                 // guarded by mutex_
  std::vector<Waiter*> waiters_;  // guarded by mutex_
};

}  // namespace firesteel::testing
