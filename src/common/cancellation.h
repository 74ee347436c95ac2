#pragma once

#include <atomic>

#include "firesteel/error.h"

namespace firesteel {

/// A flag that long work looks at between batches of rows. Thread-safe.
class CancellationToken {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_release); }
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }
  /// The flag itself, for Clock::WaitUntilMs.
  const std::atomic<bool>& flag() const { return cancelled_; }
  /// Cancelled when it is set; the streaming loop takes that as "stopped", not as a failure.
  Status Check() const {
    return cancelled() ? Status::Cancelled("The operation was cancelled.") : Status::OK();
  }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace firesteel
