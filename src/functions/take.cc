#include "functions/take.h"

#include <limits>
#include <utility>

#include "arrow/array/array_nested.h"
#include "arrow/array/util.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/type.h"
#include "functions/aggregate_support.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Whether the indices are those of all elements, in order.
bool AreAll(const std::vector<int64_t>& indices, const arrow::Array& values) {
  if (static_cast<int64_t>(indices.size()) != values.length() || values.offset() != 0) return false;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> TakeElements(const std::shared_ptr<arrow::Array>& values,
                                                   const std::vector<int64_t>& indices) {
  if (AreAll(indices, *values)) return values;
  std::vector<uint8_t> set;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] != kNoElement) continue;
    if (set.empty()) set.assign(indices.size(), 1);
    set[i] = 0;
  }
  ARROW_ASSIGN_OR_RAISE(auto index_array, MakeFixedArray(arrow::int64(), indices, set));
  ARROW_ASSIGN_OR_RAISE(
      arrow::Datum taken,
      arrow::compute::Take(values, index_array, arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.make_array();
}

Result<ColumnVector> MakeListColumn(const DataType& type,
                                    const std::shared_ptr<arrow::Array>& values,
                                    const std::vector<int64_t>& elements,
                                    const std::vector<int32_t>& offsets,
                                    const std::vector<uint8_t>& set) {
  if (elements.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return Status::CapacityError("The arrays of one batch have ", elements.size(),
                                 " elements together, more than a column can hold");
  }
  const auto arrow_type = ToArrowType(type);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> taken, TakeElements(values, elements));
  ARROW_ASSIGN_OR_RAISE(taken, ViewAs(taken, ToArrowType(type.element_type())));
  ARROW_ASSIGN_OR_RAISE(auto offset_array, MakeFixedArray(arrow::int32(), offsets, {}));
  const auto rows = static_cast<int64_t>(offsets.size()) - 1;
  Validity validity;
  if (!set.empty()) {
    ARROW_ASSIGN_OR_RAISE(validity.bitmap, arrow::AllocateEmptyBitmap(rows));
    for (int64_t row = 0; row < rows; ++row) {
      if (set[row]) arrow::bit_util::SetBit(validity.bitmap->mutable_data(), row);
    }
  }
  auto data = arrow::ArrayData::Make(arrow_type, rows,
                                     {validity.bitmap, offset_array->data()->buffers[1]},
                                     {taken->data()},
                                     set.empty() ? 0 : arrow::kUnknownNullCount);
  return ColumnVector{arrow::MakeArray(std::move(data)), false};
}

Result<ColumnVector> RebuildLists(const ColumnVector& lists, int64_t rows, const DataType& type,
                                  const std::vector<uint8_t>& set, const SelectElements& select,
                                  const std::shared_ptr<arrow::Array>& values) {
  const auto& array = static_cast<const arrow::ListArray&>(*lists.values);
  std::vector<int64_t> elements;
  std::vector<int32_t> offsets{0};
  offsets.reserve(rows + 1);
  std::vector<uint8_t> result_set = set;
  const bool may_be_null = array.null_count() != 0;
  if (may_be_null && result_set.empty()) result_set.assign(rows, 1);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t i = lists.constant ? 0 : row;
    if (may_be_null && array.IsNull(i)) result_set[row] = 0;
    if (result_set.empty() || result_set[row]) {
      ARROW_RETURN_NOT_OK(
          select(row, array.value_offset(i), array.value_offset(i + 1), &elements));
    }
    offsets.push_back(static_cast<int32_t>(elements.size()));
  }
  return MakeListColumn(type, values ? values : array.values(), elements, offsets, result_set);
}

}  // namespace firesteel
