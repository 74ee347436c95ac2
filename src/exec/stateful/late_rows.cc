#include "exec/stateful/late_rows.h"

#include <utility>
#include <vector>

#include "arrow/array/array_primitive.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"

namespace firesteel {

Result<std::shared_ptr<arrow::RecordBatch>> LateRowFilter::Drop(
    const std::shared_ptr<arrow::RecordBatch>& batch, EvaluationContext* evaluation,
    std::atomic<int64_t>* dropped) const {
  if (event_time_ == nullptr) return batch;
  ARROW_ASSIGN_OR_RAISE(const ColumnVector column, event_time_->Evaluate(*batch, evaluation));
  ARROW_ASSIGN_OR_RAISE(const auto values, column.Expand(batch->num_rows()));
  ARROW_ASSIGN_OR_RAISE(const EventTimeReader times, EventTimeReader::Make(*values));
  std::vector<int32_t> kept;
  const auto rows = static_cast<int32_t>(batch->num_rows());
  kept.reserve(rows);
  for (int32_t row = 0; row < rows; ++row) {
    if (!times.IsAtOrBefore(row, late_micros_)) kept.push_back(row);
  }
  const auto kept_rows = static_cast<int64_t>(kept.size());
  if (kept_rows == rows) return batch;
  dropped->fetch_add(rows - kept_rows, std::memory_order_relaxed);
  if (kept_rows == 0) return batch->Slice(0, 0);
  const auto indices = std::make_shared<arrow::Int32Array>(
      kept_rows, arrow::Buffer::FromVector(std::move(kept)));
  ARROW_ASSIGN_OR_RAISE(
      const arrow::Datum taken,
      arrow::compute::Take(batch, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.record_batch();
}

}  // namespace firesteel
