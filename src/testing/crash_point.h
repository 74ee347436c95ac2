#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "firesteel/error.h"

namespace firesteel::testing {

/// Lets a query die at one of the named points of a batch (streaming/failpoints.h), once for each
/// Arm. Thread-safe.
class CrashPoint {
 public:
  void Arm(std::string point) {
    const std::lock_guard lock(mutex_);
    armed_ = std::move(point);
    fired_ = false;
  }
  void Disarm() { Arm(""); }
  bool armed() const {
    const std::lock_guard lock(mutex_);
    return !armed_.empty();
  }
  /// Whether the query died since Arm.
  bool fired() const {
    const std::lock_guard lock(mutex_);
    return fired_;
  }
  /// What the engine calls at each point.
  Status Pass(std::string_view point) {
    const std::lock_guard lock(mutex_);
    if (armed_.empty() || point != armed_) return Status::OK();
    armed_.clear();
    fired_ = true;
    return Status::Cancelled("killed at ", point);
  }

 private:
  mutable std::mutex mutex_;
  std::string armed_;   // guarded by mutex_; "" for none
  bool fired_ = false;  // guarded by mutex_
};

}  // namespace firesteel::testing
