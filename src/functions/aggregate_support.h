#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/buffer.h"
#include "expr/aggregate.h"
#include "functions/binding.h"
#include "functions/column_reader.h"

namespace firesteel {

/// A bound aggregate function made of plain values.
class SimpleAggregate final : public BoundAggregate {
 public:
  using Factory = std::function<std::unique_ptr<Accumulator>()>;
  SimpleAggregate(std::vector<DataType> argument_types, DataType return_type, bool nullable,
                  std::vector<StructField> buffer_fields, Factory factory)
      : argument_types_(std::move(argument_types)),
        return_type_(std::move(return_type)),
        nullable_(nullable),
        buffer_fields_(std::move(buffer_fields)),
        factory_(std::move(factory)) {}

  const std::vector<DataType>& argument_types() const override { return argument_types_; }
  const DataType& return_type() const override { return return_type_; }
  bool nullable() const override { return nullable_; }
  const std::vector<StructField>& buffer_fields() const override { return buffer_fields_; }
  std::unique_ptr<Accumulator> NewAccumulator() const override { return factory_(); }
  std::string CallText(std::string_view name, const std::vector<std::string>& arguments,
                       bool distinct) const override {
    if (!name_.empty()) name = name_;
    std::vector<std::string> shown = arguments;
    if (named_arguments_ >= 0) shown.resize(named_arguments_);
    shown.insert(shown.end(), defaults_.begin(), defaults_.end());
    return BoundAggregate::CallText(name, shown, distinct) +
           (order_text_ ? " WITHIN GROUP (ORDER BY " + order_text_(arguments) + ")" : "");
  }
  /// Names the call after another function than the one called.
  void set_name(std::string name) { name_ = std::move(name); }
  /// Leaves arguments after the first `count` out of the name.
  void set_named_arguments(int count) { named_arguments_ = count; }
  /// Shows the texts of arguments that were left out behind the others.
  void set_defaults(std::vector<std::string> defaults) { defaults_ = std::move(defaults); }
  /// Shows WITHIN GROUP (ORDER BY …): `text` makes its inside of all arguments.
  void set_order_text(std::function<std::string(const std::vector<std::string>&)> text) {
    order_text_ = std::move(text);
  }

 private:
  std::vector<DataType> argument_types_;
  DataType return_type_;
  bool nullable_;
  std::vector<StructField> buffer_fields_;
  Factory factory_;
  std::string name_;
  int named_arguments_ = -1;
  std::vector<std::string> defaults_;
  std::function<std::string(const std::vector<std::string>&)> order_text_;
};

/// Calls `visit(group, row)` for the rows that belong to a group and where `column` is set.
template <typename Visit>
void ForEachSet(const ColumnVector& column, std::span<const int32_t> groups, Visit visit) {
  const arrow::Array& array = *column.values;
  const auto rows = static_cast<int64_t>(groups.size());
  if (array.type_id() == arrow::Type::NA) return;
  if (column.constant) {
    if (array.IsNull(0)) return;
    for (int64_t row = 0; row < rows; ++row) {
      if (groups[row] >= 0) visit(groups[row], row);
    }
    return;
  }
  if (array.null_count() == 0) {
    for (int64_t row = 0; row < rows; ++row) {
      if (groups[row] >= 0) visit(groups[row], row);
    }
    return;
  }
  for (int64_t row = 0; row < rows; ++row) {
    if (groups[row] >= 0 && array.IsValid(row)) visit(groups[row], row);
  }
}

/// A buffer as it comes to Merge, seen as a column.
inline ColumnVector BufferColumn(const std::shared_ptr<arrow::Array>& buffer) {
  return ColumnVector{buffer, false};
}

/// Makes an array of a fixed-width type; `set` (may be empty: all are) has one byte per element.
template <typename T>
Result<std::shared_ptr<arrow::Array>> MakeFixedArray(const std::shared_ptr<arrow::DataType>& type,
                                                     const std::vector<T>& values,
                                                     const std::vector<uint8_t>& set) {
  const auto length = static_cast<int64_t>(values.size());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(length * static_cast<int64_t>(sizeof(T))));
  if (length > 0) std::memcpy(buffer->mutable_data(), values.data(), length * sizeof(T));
  Validity validity;
  if (!set.empty()) {
    ARROW_ASSIGN_OR_RAISE(validity.bitmap, arrow::AllocateEmptyBitmap(length));
    for (int64_t i = 0; i < length; ++i) {
      if (set[i]) arrow::bit_util::SetBit(validity.bitmap->mutable_data(), i);
    }
  }
  return MakeFixedColumn(type, length, validity, std::move(buffer)).values;
}

/// Makes a boolean array without NULLs, or with NULLs where `set` is zero.
Result<std::shared_ptr<arrow::Array>> MakeBooleanArray(const std::vector<uint8_t>& values,
                                                       const std::vector<uint8_t>& set);

}  // namespace firesteel
