#include "functions/value_slots.h"

#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/type.h"
#include "arrow/util/bit_util.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {
/// Rows held beyond this, and beyond four times the groups, are worth compacting.
constexpr int64_t kCompactRows = 65536;
}  // namespace

ValueSlots::ValueSlots(DataType type) : type_(std::move(type)) {}

ValueSlots::~ValueSlots() = default;

Status ValueSlots::StartColumn(const ColumnVector& column) {
  if (rows_held_ > std::max<int64_t>(kCompactRows, 4 * size())) ARROW_RETURN_NOT_OK(Compact());
  std::shared_ptr<arrow::Array> array = column.values;
  constant_ = column.constant;
  if (constant_) array = array->Slice(0, 1);
  rows_held_ += array->length();
  current_ = static_cast<int32_t>(arrays_.size());
  arrays_.push_back(std::move(array));
  return Status::OK();
}

bool ValueSlots::IsNull(int64_t group) const {
  const Slot& slot = slots_[group];
  return slot.array < 0 || arrays_[slot.array]->IsNull(slot.index);
}

Result<std::shared_ptr<arrow::Array>> ValueSlots::Finish() const {
  const auto type = ToArrowType(type_);
  if (arrays_.empty() || type->id() == arrow::Type::NA) {
    return arrow::MakeArrayOfNull(type, size());
  }
  std::vector<int64_t> starts;
  arrow::ArrayVector arrays;
  int64_t next = 0;
  for (const std::shared_ptr<arrow::Array>& array : arrays_) {
    starts.push_back(next);
    next += array->length();
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> same_type, ViewAs(array, type));
    arrays.push_back(std::move(same_type));
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(size() * sizeof(int64_t)));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> valid, arrow::AllocateEmptyBitmap(size()));
  auto* indices = buffer->mutable_data_as<int64_t>();
  for (int64_t group = 0; group < size(); ++group) {
    const Slot& slot = slots_[group];
    indices[group] = slot.array < 0 ? 0 : starts[slot.array] + slot.index;
    if (slot.array >= 0) arrow::bit_util::SetBit(valid->mutable_data(), group);
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> all, arrow::Concatenate(arrays));
  const arrow::Int64Array index_array(size(), std::move(buffer), std::move(valid));
  ARROW_ASSIGN_OR_RAISE(
      arrow::Datum taken,
      arrow::compute::Take(all, arrow::Datum(index_array.data()),
                           arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.make_array();
}

Status ValueSlots::Compact() {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, Finish());
  for (int64_t group = 0; group < size(); ++group) {
    if (slots_[group].array >= 0) slots_[group] = {0, group};
  }
  rows_held_ = values->length();
  arrays_.assign(1, std::move(values));
  return Status::OK();
}

}  // namespace firesteel
