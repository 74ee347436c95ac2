#include "exec/take_columns.h"

#include "arrow/array/array_primitive.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/result.h"

namespace firesteel {

Result<std::vector<std::shared_ptr<arrow::Array>>> TakeColumnRows(
    const std::vector<std::shared_ptr<arrow::Array>>& columns, const std::vector<int32_t>& rows) {
  const auto indices = std::make_shared<arrow::Int32Array>(
      static_cast<int64_t>(rows.size()), arrow::Buffer::FromVector(std::vector<int32_t>(rows)));
  std::vector<std::shared_ptr<arrow::Array>> taken;
  for (const auto& column : columns) {
    ARROW_ASSIGN_OR_RAISE(
        arrow::Datum datum,
        arrow::compute::Take(column, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
    taken.push_back(datum.make_array());
  }
  return taken;
}

}  // namespace firesteel
