#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "firesteel/error.h"
#include "firesteel/export.h"

namespace firesteel {

/// When a streaming query runs its batches.
class FIRESTEEL_EXPORT Trigger {
 public:
  enum class Kind { kProcessingTime, kOnce, kAvailableNow };

  /// As soon as the last batch is done and new data is there.
  Trigger() = default;
  /// Every `interval_ms` milliseconds; 0 is as soon as possible.
  static Trigger ProcessingTime(int64_t interval_ms);
  /// Interval text as in Spark: "10 seconds", "1 minute". Errors: INVALID_INTERVAL_FORMAT.*.
  static Result<Trigger> ProcessingTime(std::string_view interval);
  /// One batch with all that is there, then stop. Ignores read limits.
  static Trigger Once();
  /// Everything that is there at the start, in as many batches as the limits ask for, then stop.
  static Trigger AvailableNow();

  Kind kind() const { return kind_; }
  int64_t interval_ms() const { return interval_ms_; }

 private:
  Kind kind_ = Kind::kProcessingTime;
  int64_t interval_ms_ = 0;
};

}  // namespace firesteel
