#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/buffer.h"
#include "arrow/type_fwd.h"
#include "arrow/util/bit_util.h"
#include "expr/column_vector.h"
#include "firesteel/error.h"

namespace firesteel {

/// Which rows of a result are set: the rows where every argument is.
struct Validity {
  std::shared_ptr<arrow::Buffer> bitmap;  ///< starts at bit 0; null when every row is set
  bool all_null = false;                  ///< some argument is a constant NULL

  bool IsValid(int64_t row) const {
    return !bitmap || arrow::bit_util::GetBit(bitmap->data(), row);
  }
};

/// Combines the arguments' validity word by word.
Result<Validity> CombineValidity(std::span<const ColumnVector> arguments, int64_t rows);

/// A constant NULL.
Result<ColumnVector> NullConstant(const std::shared_ptr<arrow::DataType>& type);

/// Makes a column of a fixed-width type from its values.
ColumnVector MakeFixedColumn(const std::shared_ptr<arrow::DataType>& type, int64_t rows,
                             const Validity& validity, std::shared_ptr<arrow::Buffer> values);

/// Reads one argument of a fixed-width type by row, whether it is a constant or not.
template <typename T>
class FixedReader {
 public:
  explicit FixedReader(const ColumnVector& column)
      : values_(column.values->data()->template GetValues<uint8_t>(1, 0) +
                column.values->offset() * sizeof(T)),
        step_(column.constant ? 0 : 1),
        array_(column.values.get()) {}

  T operator[](int64_t row) const {
    T value;
    std::memcpy(&value, values_ + row * step_ * sizeof(T), sizeof(T));
    return value;
  }
  bool IsNull(int64_t row) const { return array_->IsNull(row * step_); }
  bool constant() const { return step_ == 0; }
  /// The first element; the others follow it unless constant().
  const T* data() const { return reinterpret_cast<const T*>(values_); }

 private:
  const uint8_t* values_;
  int64_t step_;
  const arrow::Array* array_;
};

/// Reads one boolean argument by row.
class BooleanReader {
 public:
  explicit BooleanReader(const ColumnVector& column)
      : bits_(column.values->data()->GetValues<uint8_t>(1, 0)),
        offset_(column.values->offset()),
        step_(column.constant ? 0 : 1),
        array_(column.values.get()) {}
  bool operator[](int64_t row) const {
    return arrow::bit_util::GetBit(bits_, offset_ + row * step_);
  }
  bool IsNull(int64_t row) const { return array_->IsNull(row * step_); }

 private:
  const uint8_t* bits_;
  int64_t offset_;
  int64_t step_;
  const arrow::Array* array_;
};

/// Reads one string or binary argument by row.
class BytesReader {
 public:
  explicit BytesReader(const ColumnVector& column)
      : offsets_(column.values->data()->GetValues<int32_t>(1)),
        bytes_(column.values->data()->buffers[2]
                   ? reinterpret_cast<const char*>(column.values->data()->buffers[2]->data())
                   : ""),
        step_(column.constant ? 0 : 1),
        array_(column.values.get()) {}
  std::string_view operator[](int64_t row) const {
    const int64_t i = row * step_;
    return {bytes_ + offsets_[i], static_cast<size_t>(offsets_[i + 1] - offsets_[i])};
  }
  bool IsNull(int64_t row) const { return array_->IsNull(row * step_); }
  bool constant() const { return step_ == 0; }

 private:
  const int32_t* offsets_;
  const char* bytes_;
  int64_t step_;
  const arrow::Array* array_;
};

}  // namespace firesteel
