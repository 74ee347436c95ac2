#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"
#include "firesteel/types.h"

namespace firesteel {

/// The sum, or the limit of the type that it is beyond: for times at the ends of time.
int64_t AddSaturated(int64_t a, int64_t b);

/// The event times, in microseconds, of a column of timestamps or of windows, which count by their
/// end. A NULL is after every watermark. Reads the column it was made for; cheap to make.
class EventTimeReader {
 public:
  /// Errors: a column of another type.
  static Result<EventTimeReader> Make(const arrow::Array& column);

  bool IsAtOrBefore(int64_t row, int64_t watermark_micros) const {
    return times_[row] <= watermark_micros && IsValid(row);
  }

 private:
  EventTimeReader() = default;
  bool IsValid(int64_t row) const;

  const int64_t* times_ = nullptr;
  const arrow::Array* window_ = nullptr;  // null for a column of timestamps
  std::shared_ptr<arrow::Array> values_;
};

/// Reads the event time in an encoded state key without decoding it.
class EncodedEventTimeReader {
 public:
  /// The key's column `index` of `schema` is the event time.
  EncodedEventTimeReader(const Schema& schema, int index);

  /// Nothing for a NULL and for a row that is too short to be one.
  std::optional<int64_t> TimeOf(std::string_view row) const;
  bool IsAtOrBefore(std::string_view row, int64_t watermark_micros) const {
    const std::optional<int64_t> time = TimeOf(row);
    return time.has_value() && *time <= watermark_micros;
  }

 private:
  int64_t columns_;
  int index_;
  bool window_;
  int64_t end_field_ = 0;     // of a window
  int64_t window_fields_ = 0;
};

/// A watermark in the unit of columns. What is too great to be one becomes the greatest time.
int64_t WatermarkMicros(int64_t watermark_ms);

}  // namespace firesteel
