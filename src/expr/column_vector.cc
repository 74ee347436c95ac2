#include "expr/column_vector.h"

#include <cstring>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/scalar.h"
#include "arrow/type.h"
#include "common/error.h"

namespace firesteel {

namespace {

/// Fills a buffer with one value. `width` is 1, 2, 4 or 8 for all hot types.
template <typename T>
void Fill(const uint8_t* source, uint8_t* target, int64_t rows) {
  T value;
  std::memcpy(&value, source, sizeof(T));
  T* out = reinterpret_cast<T*>(target);
  for (int64_t i = 0; i < rows; ++i) out[i] = value;
}

Result<std::shared_ptr<arrow::Array>> RepeatFixedWidth(const arrow::Array& values, int width,
                                                       int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * width));
  const uint8_t* source = values.data()->buffers[1]->data() + values.offset() * width;
  uint8_t* target = buffer->mutable_data();
  switch (width) {
    case 1: Fill<uint8_t>(source, target, rows); break;
    case 2: Fill<uint16_t>(source, target, rows); break;
    case 4: Fill<uint32_t>(source, target, rows); break;
    case 8: Fill<uint64_t>(source, target, rows); break;
    default:
      for (int64_t i = 0; i < rows; ++i) std::memcpy(target + i * width, source, width);
  }
  return arrow::MakeArray(arrow::ArrayData::Make(values.type(), rows, {nullptr, buffer}, 0));
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> ColumnVector::Expand(int64_t rows) const {
  if (!constant) return values;
  if (values->length() < 1) return InternalError("A constant column has no element");
  if (rows == values->length()) return values;
  if (values->IsNull(0)) return arrow::MakeArrayOfNull(values->type(), rows);
  const int bits = values->type()->bit_width();
  const bool plain = arrow::is_primitive(values->type_id()) ||
                     values->type_id() == arrow::Type::DECIMAL128 ||
                     values->type_id() == arrow::Type::INTERVAL_MONTH_DAY_NANO;
  if (plain && bits >= 8) return RepeatFixedWidth(*values, bits / 8, rows);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Scalar> scalar, values->GetScalar(0));
  return arrow::MakeArrayFromScalar(*scalar, rows);
}

}  // namespace firesteel
