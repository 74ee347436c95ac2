#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "arrow/type_fwd.h"
#include "exec/stateful/event_time_key.h"
#include "expr/expression.h"

namespace firesteel {

/// Takes the rows out of a batch that come too late: whose event time is at or before the
/// watermark. Rows without event time are never late. Not thread-safe.
class LateRowFilter {
 public:
  /// `event_time`: a bound timestamp or window, which must outlive it; nullptr: nothing is late.
  LateRowFilter(const Expression* event_time, int64_t late_ms)
      : event_time_(event_time), late_micros_(WatermarkMicros(late_ms)) {}

  /// Returns the other rows, perhaps none, and adds the number of late ones to `dropped`.
  Result<std::shared_ptr<arrow::RecordBatch>> Drop(
      const std::shared_ptr<arrow::RecordBatch>& batch, EvaluationContext* evaluation,
      std::atomic<int64_t>* dropped) const;

 private:
  const Expression* event_time_;
  int64_t late_micros_;
};

}  // namespace firesteel
