#include "functions/column_reader.h"

#include <utility>

#include "arrow/array/util.h"
#include "arrow/type.h"
#include "arrow/util/bitmap_ops.h"

namespace firesteel {

Result<Validity> CombineValidity(std::span<const ColumnVector> arguments, int64_t rows) {
  Validity validity;
  for (const ColumnVector& argument : arguments) {
    const arrow::Array& array = *argument.values;
    if (array.type_id() == arrow::Type::NA) {
      validity.all_null = true;
      return validity;
    }
    if (argument.constant) {
      if (array.IsNull(0)) {
        validity.all_null = true;
        return validity;
      }
      continue;
    }
    if (array.null_count() == 0 || !array.null_bitmap()) continue;
    if (!validity.bitmap) {
      if (array.offset() % 8 == 0) {
        validity.bitmap = arrow::SliceBuffer(array.null_bitmap(), array.offset() / 8);
      } else {
        ARROW_ASSIGN_OR_RAISE(
            validity.bitmap,
            arrow::internal::CopyBitmap(arrow::default_memory_pool(), array.null_bitmap_data(),
                                        array.offset(), rows));
      }
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(
        validity.bitmap,
        arrow::internal::BitmapAnd(arrow::default_memory_pool(), validity.bitmap->data(), 0,
                                   array.null_bitmap_data(), array.offset(), rows, 0));
  }
  return validity;
}

Result<ColumnVector> NullConstant(const std::shared_ptr<arrow::DataType>& type) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> null, arrow::MakeArrayOfNull(type, 1));
  return ColumnVector{std::move(null), true};
}

ColumnVector MakeFixedColumn(const std::shared_ptr<arrow::DataType>& type, int64_t rows,
                             const Validity& validity, std::shared_ptr<arrow::Buffer> values) {
  auto data = arrow::ArrayData::Make(type, rows, {validity.bitmap, std::move(values)},
                                     validity.bitmap ? arrow::kUnknownNullCount : 0);
  return ColumnVector{arrow::MakeArray(std::move(data)), false};
}

}  // namespace firesteel
