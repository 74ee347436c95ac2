#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace firesteel {

/// The only source of time in the engine. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Milliseconds since 1970-01-01 UTC.
  virtual int64_t NowMs() const = 0;
  virtual int64_t NowMicros() const = 0;
  /// A clock that never goes back, for durations. Nanoseconds from an arbitrary start.
  virtual int64_t MonotonicNanos() const = 0;
  /// Blocks until NowMs() >= `deadline_ms` or `Interrupt` was called; returns NowMs().
  /// `interrupted` is checked before sleeping and after each wake-up.
  virtual int64_t WaitUntilMs(int64_t deadline_ms, const std::atomic<bool>& interrupted) = 0;
  /// Wakes all waiters so that they look at their flags again.
  virtual void WakeAll() = 0;

  /// The system's clock; one instance, lives for ever.
  static Clock* System();
};

}  // namespace firesteel
