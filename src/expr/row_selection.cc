#include "expr/row_selection.h"

#include <cstring>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "arrow/util/bit_util.h"
#include "common/error.h"
#include "expr/lambda.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

Result<std::shared_ptr<arrow::Array>> TakeRows(const std::shared_ptr<arrow::Array>& values,
                                               const std::shared_ptr<arrow::Array>& indices) {
  ARROW_ASSIGN_OR_RAISE(
      arrow::Datum taken,
      arrow::compute::Take(values, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.make_array();
}

Result<std::shared_ptr<arrow::Array>> MakeIndices(const RowSelection& selection) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(selection.size() * sizeof(int32_t)));
  auto* out = buffer->mutable_data_as<int32_t>();
  for (int64_t i = 0; i < selection.size(); ++i) out[i] = selection[i];
  return std::make_shared<arrow::Int32Array>(selection.size(), std::move(buffer));
}

/// Writes the values of all pieces into one buffer of fixed-width elements; `valid` starts as all
/// zeros and gets a bit for each value that is not NULL.
void ScatterFixedWidth(const std::vector<SelectedValues>& pieces, int width, uint8_t* out,
                       uint8_t* valid) {
  for (const SelectedValues& piece : pieces) {
    const arrow::Array& values = *piece.values.values;
    if (piece.selection.empty()) continue;
    if (values.type_id() == arrow::Type::NA) {
      for (int64_t i = 0; i < piece.selection.size(); ++i) {
        arrow::bit_util::ClearBit(valid, piece.selection[i]);
      }
      continue;
    }
    const uint8_t* source = values.data()->buffers[1]->data() + values.offset() * width;
    const int64_t step = piece.values.constant ? 0 : 1;
    const bool may_be_null = values.null_count() != 0;
    for (int64_t i = 0; i < piece.selection.size(); ++i) {
      const int32_t row = piece.selection[i];
      if (may_be_null && values.IsNull(i * step)) {
        arrow::bit_util::ClearBit(valid, row);
        continue;
      }
      if (width == 8) {
        std::memcpy(out + row * 8, source + i * step * 8, 8);
      } else if (width == 4) {
        std::memcpy(out + row * 4, source + i * step * 4, 4);
      } else {
        std::memcpy(out + row * width, source + i * step * width, width);
      }
      arrow::bit_util::SetBit(valid, row);
    }
  }
}

Result<ColumnVector> InterleaveFixedWidth(const std::vector<SelectedValues>& pieces,
                                          const std::shared_ptr<arrow::DataType>& type, int width,
                                          int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(rows * width));
  std::memset(values->mutable_data(), 0, rows * width);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> valid, arrow::AllocateEmptyBitmap(rows));
  ScatterFixedWidth(pieces, width, values->mutable_data(), valid->mutable_data());
  return ColumnVector{arrow::MakeArray(arrow::ArrayData::Make(
                          type, rows, {std::move(valid), std::move(values)})),
                      false};
}

/// Concatenates the pieces, with one NULL in front, and takes the right element for every row.
Result<ColumnVector> InterleaveByTake(const std::vector<SelectedValues>& pieces,
                                      const std::shared_ptr<arrow::DataType>& type, int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> null, arrow::MakeArrayOfNull(type, 1));
  arrow::ArrayVector arrays{std::move(null)};
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(int64_t)));
  auto* indices = buffer->mutable_data_as<int64_t>();
  std::memset(indices, 0, rows * sizeof(int64_t));
  int64_t next = 1;
  for (const SelectedValues& piece : pieces) {
    if (piece.selection.empty()) continue;
    if (piece.values.values->type_id() == arrow::Type::NA) {
      for (int64_t i = 0; i < piece.selection.size(); ++i) indices[piece.selection[i]] = 0;
      continue;
    }
    const int64_t step = piece.values.constant ? 0 : 1;
    for (int64_t i = 0; i < piece.selection.size(); ++i) {
      indices[piece.selection[i]] = next + i * step;
    }
    // Nested types may differ in the nullability of their fields; only the layout matters here.
    std::shared_ptr<arrow::Array> array = piece.values.values;
    if (piece.values.constant) array = array->Slice(0, 1);
    ARROW_ASSIGN_OR_RAISE(array, ViewAs(array, type));
    next += array->length();
    arrays.push_back(std::move(array));
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> all, arrow::Concatenate(arrays));
  auto index_array = std::make_shared<arrow::Int64Array>(rows, std::move(buffer));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> taken, TakeRows(all, index_array));
  return ColumnVector{std::move(taken), false};
}

}  // namespace

RowSelection RowSelection::Of(int64_t rows, std::vector<int32_t> selected) {
  if (static_cast<int64_t>(selected.size()) == rows) return All(rows);
  return RowSelection(rows, std::move(selected));
}

std::pair<RowSelection, RowSelection> RowSelection::Split(const ColumnVector& condition) const {
  const bool is_boolean = condition.values->type_id() == arrow::Type::BOOL;
  if (condition.constant || !is_boolean) {
    const bool holds = is_boolean && condition.values->IsValid(0) &&
                       static_cast<const arrow::BooleanArray&>(*condition.values).Value(0);
    RowSelection none(rows_, std::vector<int32_t>());
    return holds ? std::pair(*this, none) : std::pair(none, *this);
  }
  const auto& values = static_cast<const arrow::BooleanArray&>(*condition.values);
  std::vector<int32_t> matched;
  std::vector<int32_t> rest;
  const bool may_be_null = values.null_count() != 0;
  for (int64_t i = 0; i < size(); ++i) {
    const bool holds = values.Value(i) && !(may_be_null && values.IsNull(i));
    (holds ? matched : rest).push_back((*this)[i]);
  }
  return {Of(rows_, std::move(matched)), Of(rows_, std::move(rest))};
}

Result<arrow::ArrayVector> TakeColumnsRead(const Expression& expression,
                                           const arrow::RecordBatch& batch,
                                           const std::shared_ptr<arrow::Array>& indices) {
  std::vector<bool> used(batch.num_columns(), false);
  MarkColumnsRead(expression, batch, &used);
  const auto placeholder = std::make_shared<arrow::NullArray>(indices->length());
  arrow::ArrayVector columns(batch.num_columns(), placeholder);
  for (int i = 0; i < batch.num_columns(); ++i) {
    if (!used[i]) continue;
    ARROW_ASSIGN_OR_RAISE(columns[i], TakeRows(batch.column(i), indices));
  }
  return columns;
}

Result<ColumnVector> EvaluateOnRows(const Expression& expression, const arrow::RecordBatch& batch,
                                    const RowSelection& selection, EvaluationContext* context) {
  if (selection.empty()) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> empty,
                          arrow::MakeEmptyArray(ToArrowType(expression.type())));
    return ColumnVector{std::move(empty), false};
  }
  if (selection.all()) return expression.Evaluate(batch, context);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> indices, MakeIndices(selection));
  ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, TakeColumnsRead(expression, batch, indices));
  auto selected = arrow::RecordBatch::Make(batch.schema(), selection.size(), std::move(columns));
  return expression.Evaluate(*selected, context);
}

Result<ColumnVector> Interleave(const std::vector<SelectedValues>& pieces, const DataType& type,
                                int64_t rows) {
  if (!pieces.empty() && pieces.back().selection.all()) return pieces.back().values;
  std::shared_ptr<arrow::DataType> arrow_type = ToArrowType(type);
  if (arrow_type->id() == arrow::Type::NA) {
    return ColumnVector{std::make_shared<arrow::NullArray>(rows), false};
  }
  const bool plain = arrow::is_primitive(arrow_type->id()) ||
                     arrow_type->id() == arrow::Type::DECIMAL128;
  if (plain && arrow_type->bit_width() >= 8) {
    return InterleaveFixedWidth(pieces, arrow_type, arrow_type->bit_width() / 8, rows);
  }
  return InterleaveByTake(pieces, arrow_type, rows);
}

}  // namespace firesteel
