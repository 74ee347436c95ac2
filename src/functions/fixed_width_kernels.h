#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/type_fwd.h"
#include "functions/column_reader.h"

namespace firesteel {

// Loops over raw buffers, for kernels from fixed-width values to fixed-width values. An operation
// that can fail returns false; the loops go through all rows without looking at validity (so that
// they stay simple and fast) and look for the culprit only when something failed: a failure in a
// row that is NULL anyway does not count.

/// What to do with a row whose operation fails: make it NULL, or return an error.
enum class OnFailure { kNull, kError };

/// Gives a copy of the validity that may be written to.
Result<std::shared_ptr<arrow::Buffer>> WritableBitmap(const Validity& validity, int64_t rows);

namespace kernel_internal {

/// Calls `fails(row)` for the rows that are set; `fail(row)` decides for those that failed.
template <typename Fails, typename Fail>
Status HandleFailures(int64_t rows, OnFailure on_failure, Validity* validity, Fails fails,
                      Fail fail) {
  std::shared_ptr<arrow::Buffer> bitmap;
  for (int64_t row = 0; row < rows; ++row) {
    if (!validity->IsValid(row) || !fails(row)) continue;
    if (on_failure == OnFailure::kError) return fail(row);
    if (!bitmap) {
      ARROW_ASSIGN_OR_RAISE(bitmap, WritableBitmap(*validity, rows));
    }
    arrow::bit_util::ClearBit(bitmap->mutable_data(), row);
  }
  if (bitmap) validity->bitmap = std::move(bitmap);
  return Status::OK();
}

}  // namespace kernel_internal

/// Maps one argument: `op(In, Out*) -> bool`, `error(In) -> Status`.
template <typename In, typename Out, typename Op, typename Error>
Result<ColumnVector> MapFixed(std::span<const ColumnVector> arguments, int64_t rows,
                              const std::shared_ptr<arrow::DataType>& type, OnFailure on_failure,
                              Op op, Error error) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments.first(1), rows));
  if (validity.all_null) return NullConstant(type);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(Out)));
  const FixedReader<In> reader(arguments[0]);
  Out* out = reinterpret_cast<Out*>(buffer->mutable_data());
  bool good = true;
  if (reader.constant()) {
    for (int64_t i = 0; i < rows; ++i) good &= op(reader[0], &out[i]);
  } else {
    const In* in = reader.data();
    for (int64_t i = 0; i < rows; ++i) good &= op(in[i], &out[i]);
  }
  if (!good) {
    Out unused;
    ARROW_RETURN_NOT_OK(kernel_internal::HandleFailures(
        rows, on_failure, &validity, [&](int64_t row) { return !op(reader[row], &unused); },
        [&](int64_t row) { return error(reader[row]); }));
  }
  return MakeFixedColumn(type, rows, validity, std::move(buffer));
}

/// Maps one argument by an operation that cannot fail: `op(In) -> Out`.
template <typename In, typename Out, typename Op>
Result<ColumnVector> MapFixed(std::span<const ColumnVector> arguments, int64_t rows,
                              const std::shared_ptr<arrow::DataType>& type, Op op) {
  return MapFixed<In, Out>(
      arguments, rows, type, OnFailure::kNull,
      [op](In in, Out* out) {
        *out = op(in);
        return true;
      },
      [](In) { return Status::OK(); });
}

/// Maps two arguments: `op(Left, Right, Out*) -> bool`, `error(Left, Right) -> Status`.
template <typename Left, typename Right, typename Out, typename Op, typename Error>
Result<ColumnVector> MapFixedPair(std::span<const ColumnVector> arguments, int64_t rows,
                                  const std::shared_ptr<arrow::DataType>& type,
                                  OnFailure on_failure, Op op, Error error) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments.first(2), rows));
  if (validity.all_null) return NullConstant(type);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(Out)));
  const FixedReader<Left> left(arguments[0]);
  const FixedReader<Right> right(arguments[1]);
  Out* out = reinterpret_cast<Out*>(buffer->mutable_data());
  bool good = true;
  if (left.constant()) {
    const Left value = left[0];
    const Right* values = right.data();
    const int64_t step = right.constant() ? 0 : 1;
    for (int64_t i = 0; i < rows; ++i) good &= op(value, values[i * step], &out[i]);
  } else if (right.constant()) {
    const Left* values = left.data();
    const Right value = right[0];
    for (int64_t i = 0; i < rows; ++i) good &= op(values[i], value, &out[i]);
  } else {
    const Left* left_values = left.data();
    const Right* right_values = right.data();
    for (int64_t i = 0; i < rows; ++i) good &= op(left_values[i], right_values[i], &out[i]);
  }
  if (!good) {
    Out unused;
    ARROW_RETURN_NOT_OK(kernel_internal::HandleFailures(
        rows, on_failure, &validity,
        [&](int64_t row) { return !op(left[row], right[row], &unused); },
        [&](int64_t row) { return error(left[row], right[row]); }));
  }
  return MakeFixedColumn(type, rows, validity, std::move(buffer));
}

/// Maps two arguments by an operation that cannot fail: `op(Left, Right) -> Out`.
template <typename Left, typename Right, typename Out, typename Op>
Result<ColumnVector> MapFixedPair(std::span<const ColumnVector> arguments, int64_t rows,
                                  const std::shared_ptr<arrow::DataType>& type, Op op) {
  return MapFixedPair<Left, Right, Out>(
      arguments, rows, type, OnFailure::kNull,
      [op](Left left, Right right, Out* out) {
        *out = op(left, right);
        return true;
      },
      [](Left, Right) { return Status::OK(); });
}

/// Fills a bitmap: bit i is `bit(i)`. Builds whole words so that no byte is written twice.
template <typename Bit>
void FillBits(int64_t rows, uint8_t* out, Bit bit) {
  int64_t row = 0;
  for (; row + 64 <= rows; row += 64) {
    uint64_t word = 0;
    for (int j = 0; j < 64; ++j) word |= static_cast<uint64_t>(bit(row + j)) << j;
    std::memcpy(out + row / 8, &word, sizeof(word));
  }
  for (; row < rows; row += 8) {
    const int count = static_cast<int>(rows - row < 8 ? rows - row : 8);
    unsigned byte = 0;
    for (int j = 0; j < count; ++j) byte |= static_cast<unsigned>(bit(row + j)) << j;
    out[row / 8] = static_cast<uint8_t>(byte);
  }
}

/// Makes a boolean column from `bit(row)`.
template <typename Bit>
Result<ColumnVector> MakeBooleanColumn(int64_t rows, const Validity& validity, Bit bit) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(arrow::bit_util::BytesForBits(rows)));
  FillBits(rows, buffer->mutable_data(), bit);
  return MakeFixedColumn(arrow::boolean(), rows, validity, std::move(buffer));
}

/// Tests pairs of fixed-width values: `test(T, T) -> bool`.
template <typename T, typename Test>
Result<ColumnVector> TestFixedPair(std::span<const ColumnVector> arguments, int64_t rows,
                                   Test test) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments.first(2), rows));
  if (validity.all_null) return NullConstant(arrow::boolean());
  const FixedReader<T> left(arguments[0]);
  const FixedReader<T> right(arguments[1]);
  const T* left_values = left.data();
  const T* right_values = right.data();
  if (left.constant() && right.constant()) {
    const bool result = test(left[0], right[0]);
    return MakeBooleanColumn(rows, validity, [=](int64_t) { return result; });
  }
  if (left.constant()) {
    const T value = left[0];
    return MakeBooleanColumn(rows, validity,
                             [=](int64_t row) { return test(value, right_values[row]); });
  }
  if (right.constant()) {
    const T value = right[0];
    return MakeBooleanColumn(rows, validity,
                             [=](int64_t row) { return test(left_values[row], value); });
  }
  return MakeBooleanColumn(
      rows, validity, [=](int64_t row) { return test(left_values[row], right_values[row]); });
}

}  // namespace firesteel
