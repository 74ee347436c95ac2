#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/type_fwd.h"
#include "firesteel/error.h"

namespace firesteel {

/// Copies the validity bits of `data` so that they start at bit 0; nullptr when nothing is NULL.
Result<std::shared_ptr<arrow::Buffer>> CopyValidity(const arrow::ArrayData& data);

/// The NULLs of a column under construction, which starts with those of its input and may get more.
/// Not thread-safe.
class ResultValidity {
 public:
  static Result<ResultValidity> Make(const arrow::ArrayData& input);
  /// Errors come only from allocating the bits, at the first call.
  Status SetNull(int64_t i);
  std::shared_ptr<arrow::Buffer> Finish() { return std::move(bits_); }

 private:
  int64_t length_ = 0;
  std::shared_ptr<arrow::Buffer> bits_;
};

/// A column of fixed-width values (not booleans) under construction, of the length and with the
/// NULLs of its input. The loop writes into values() directly. Not thread-safe.
template <typename T>
class FixedColumn {
 public:
  static Result<FixedColumn> Make(const arrow::ArrayData& input) {
    FixedColumn column;
    column.length_ = input.length;
    ARROW_ASSIGN_OR_RAISE(column.validity_, ResultValidity::Make(input));
    ARROW_ASSIGN_OR_RAISE(column.buffer_,
                          arrow::AllocateBuffer(input.length * static_cast<int64_t>(sizeof(T))));
    // What NULL rows hold must not depend on what was in memory before.
    std::memset(column.buffer_->mutable_data(), 0, static_cast<size_t>(column.buffer_->size()));
    return column;
  }
  T* values() { return reinterpret_cast<T*>(buffer_->mutable_data()); }
  Status SetNull(int64_t i) {
    values()[i] = T{};
    return validity_.SetNull(i);
  }
  std::shared_ptr<arrow::Array> Finish(std::shared_ptr<arrow::DataType> type) {
    return arrow::MakeArray(
        arrow::ArrayData::Make(std::move(type), length_, {validity_.Finish(), std::move(buffer_)}));
  }

 private:
  int64_t length_ = 0;
  ResultValidity validity_;
  std::shared_ptr<arrow::Buffer> buffer_;
};

/// As FixedColumn, for booleans. All are false at first.
class BooleanColumn {
 public:
  static Result<BooleanColumn> Make(const arrow::ArrayData& input);
  void SetTrue(int64_t i) {
    uint8_t* const bits = buffer_->mutable_data();
    bits[i >> 3] = static_cast<uint8_t>(bits[i >> 3] | (1 << (i & 7)));
  }
  Status SetNull(int64_t i) { return validity_.SetNull(i); }
  std::shared_ptr<arrow::Array> Finish();

 private:
  int64_t length_ = 0;
  ResultValidity validity_;
  std::shared_ptr<arrow::Buffer> buffer_;
};

}  // namespace firesteel
