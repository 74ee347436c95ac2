#include "testing/manual_clock.h"

#include <algorithm>
#include <chrono>

namespace firesteel::testing {

ManualClock::ManualClock(int64_t start_ms) : now_ms_(start_ms) {}

int64_t ManualClock::NowMs() const {
  const std::lock_guard lock(mutex_);
  return now_ms_;
}

bool ManualClock::AtRest(const Waiter& waiter) const {
  return now_ms_ < waiter.deadline_ms && !waiter.interrupted->load(std::memory_order_acquire);
}

bool ManualClock::AnyAtRest() const {
  return std::any_of(waiters_.begin(), waiters_.end(),
                     [this](const Waiter* waiter) { return AtRest(*waiter); });
}

int64_t ManualClock::WaitUntilMs(int64_t deadline_ms, const std::atomic<bool>& interrupted) {
  std::unique_lock lock(mutex_);
  Waiter waiter{deadline_ms, &interrupted};
  waiters_.push_back(&waiter);
  changed_.notify_all();
  changed_.wait(lock, [&] { return holds_ == 0 && !AtRest(waiter); });
  waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
  return now_ms_;
}

void ManualClock::WakeAll() {
  // Taking the lock closes the gap between a waiter's look at its flag and its sleep.
  { const std::lock_guard lock(mutex_); }
  changed_.notify_all();
}

void ManualClock::Advance(int64_t milliseconds) {
  {
    const std::lock_guard lock(mutex_);
    now_ms_ += milliseconds;
  }
  changed_.notify_all();
}

bool ManualClock::AwaitIdle(const std::atomic<bool>& given_up, int64_t patience_ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(patience_ms), [&] {
    return given_up.load(std::memory_order_acquire) || AnyAtRest();
  });
}

int64_t ManualClock::NextDeadlineMs() const {
  const std::lock_guard lock(mutex_);
  int64_t earliest_ms = -1;
  for (const Waiter* waiter : waiters_) {
    if (!AtRest(*waiter)) continue;
    if (earliest_ms < 0 || waiter->deadline_ms < earliest_ms) earliest_ms = waiter->deadline_ms;
  }
  return earliest_ms;
}

ManualClock::Hold::Hold(ManualClock* clock) : clock_(clock) {
  const std::lock_guard lock(clock_->mutex_);
  ++clock_->holds_;
}

ManualClock::Hold::~Hold() {
  {
    const std::lock_guard lock(clock_->mutex_);
    --clock_->holds_;
  }
  clock_->changed_.notify_all();
}

}  // namespace firesteel::testing
