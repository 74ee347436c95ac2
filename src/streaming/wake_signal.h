#pragma once

#include <atomic>
#include <cstdint>

#include "common/clock.h"

namespace firesteel {

/// Wakes a query's thread out of its wait for data: by a source that has some, by someone who wants
/// it to look, by a stop. Signals do not add up: one look answers them all. Signal may be called
/// from any thread, the rest from the query's thread only.
class WakeSignal {
 public:
  explicit WakeSignal(Clock* clock) : clock_(clock) {}

  void Signal() {
    signalled_.store(true, std::memory_order_release);
    clock_->WakeAll();
  }
  /// Forgets the signals so far. To be called before looking, so that a signal given while looking
  /// ends the next wait at once.
  void Clear() { signalled_.store(false, std::memory_order_seq_cst); }
  /// Waits until there is a signal or the clock shows `deadline_ms`.
  void WaitUntilMs(int64_t deadline_ms) { clock_->WaitUntilMs(deadline_ms, signalled_); }

 private:
  Clock* clock_;
  std::atomic<bool> signalled_{false};
};

}  // namespace firesteel
