#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "arrow/array/builder_base.h"
#include "functions/column_reader.h"

namespace firesteel {

/// Builds a column row by row: `append(row, &builder) -> Status` for the rows where every argument
/// is set, NULL for the others. For results of variable width.
template <typename Builder, typename Append>
Result<ColumnVector> BuildRows(std::span<const ColumnVector> arguments, int64_t rows,
                               Builder* builder, Append append) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(builder->type());
  ARROW_RETURN_NOT_OK(builder->Reserve(rows));
  for (int64_t row = 0; row < rows; ++row) {
    if (validity.IsValid(row)) {
      ARROW_RETURN_NOT_OK(append(row, builder));
    } else {
      ARROW_RETURN_NOT_OK(builder->AppendNull());
    }
  }
  std::shared_ptr<arrow::Array> array;
  ARROW_RETURN_NOT_OK(builder->Finish(&array));
  return ColumnVector{std::move(array), false};
}

/// Builds a column of a fixed-width type row by row: `fill(row, T*) -> Result<bool>` for the rows
/// where every argument is set; false makes the row NULL.
template <typename T, typename Fill>
Result<ColumnVector> BuildFixedRows(std::span<const ColumnVector> arguments, int64_t rows,
                                    const std::shared_ptr<arrow::DataType>& type, Fill fill) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(type);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(T))));
  Validity result;
  ARROW_ASSIGN_OR_RAISE(result.bitmap, arrow::AllocateEmptyBitmap(rows));
  T* out = reinterpret_cast<T*>(buffer->mutable_data());
  for (int64_t row = 0; row < rows; ++row) {
    out[row] = T{};
    if (!validity.IsValid(row)) continue;
    ARROW_ASSIGN_OR_RAISE(bool set, fill(row, &out[row]));
    if (set) arrow::bit_util::SetBit(result.bitmap->mutable_data(), row);
  }
  return MakeFixedColumn(type, rows, result, std::move(buffer));
}

}  // namespace firesteel
