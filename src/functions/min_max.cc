#include "functions/min_max.h"

#include <utility>
#include <vector>

#include "functions/aggregate_support.h"
#include "functions/arithmetic_kernels.h"
#include "functions/ordering.h"
#include "functions/value_slots.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The extreme of fixed-width values.
template <typename T>
class FixedExtreme final : public Accumulator {
 public:
  FixedExtreme(DataType type, bool greatest) : type_(std::move(type)), greatest_(greatest) {}

  Status Resize(int64_t groups) override {
    values_.resize(groups);
    set_.resize(groups, 0);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    if (greatest_) {
      Add(arguments[0], groups, [](const T& a, const T& b) { return Less(a, b); });
    } else {
      Add(arguments[0], groups, [](const T& a, const T& b) { return Less(b, a); });
    }
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const ColumnVector column = BufferColumn(buffers[0]);
    return Update(std::span(&column, 1), groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, Finish());
    return std::vector{std::move(values)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    return MakeFixedArray(ToArrowType(type_), values_, set_);
  }

 private:
  static bool Less(const T& a, const T& b) {
    if constexpr (std::is_floating_point_v<T>) {
      return FloatLess(a, b);
    } else if constexpr (std::is_same_v<T, DecimalSlot>) {
      return static_cast<__int128>(a) < static_cast<__int128>(b);
    } else {
      return a < b;
    }
  }

  template <typename Replaces>
  void Add(const ColumnVector& column, std::span<const int32_t> groups, Replaces replaces) {
    const FixedReader<T> values(column);
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      const T value = values[row];
      if (!set_[group] || replaces(values_[group], value)) {
        values_[group] = value;
        set_[group] = 1;
      }
    });
  }

  DataType type_;
  bool greatest_;
  std::vector<T> values_;
  std::vector<uint8_t> set_;
};

/// The extreme of values of any other type.
class GenericExtreme final : public Accumulator {
 public:
  GenericExtreme(DataType type, bool greatest)
      : order_(ValueOrder::Make(type)), slots_(std::move(type)), greatest_(greatest) {}

  Status Resize(int64_t groups) override {
    slots_.Resize(groups);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const ColumnVector& column = arguments[0];
    const arrow::Array& array = *column.values;
    ARROW_RETURN_NOT_OK(slots_.StartColumn(column));
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      if (!slots_.IsNull(group)) {
        const int order = order_->Compare(array, column.constant ? 0 : row, slots_.array(group),
                                          slots_.index(group));
        if (greatest_ ? order <= 0 : order >= 0) return;
      }
      slots_.Set(group, row);
    });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const ColumnVector column = BufferColumn(buffers[0]);
    return Update(std::span(&column, 1), groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, Finish());
    return std::vector{std::move(values)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override { return slots_.Finish(); }

 private:
  std::unique_ptr<const ValueOrder> order_;
  ValueSlots slots_;
  bool greatest_;
};

std::unique_ptr<Accumulator> NewExtreme(const DataType& type, bool greatest) {
  switch (type.id()) {
    case TypeId::kByte: return std::make_unique<FixedExtreme<int8_t>>(type, greatest);
    case TypeId::kShort: return std::make_unique<FixedExtreme<int16_t>>(type, greatest);
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval: return std::make_unique<FixedExtreme<int32_t>>(type, greatest);
    case TypeId::kLong:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval: return std::make_unique<FixedExtreme<int64_t>>(type, greatest);
    case TypeId::kFloat: return std::make_unique<FixedExtreme<float>>(type, greatest);
    case TypeId::kDouble: return std::make_unique<FixedExtreme<double>>(type, greatest);
    case TypeId::kDecimal: return std::make_unique<FixedExtreme<DecimalSlot>>(type, greatest);
    default: return std::make_unique<GenericExtreme>(type, greatest);
  }
}

}  // namespace

std::shared_ptr<const BoundAggregate> MakeExtreme(const DataType& type, bool greatest) {
  return std::make_shared<const SimpleAggregate>(
      std::vector{type}, type, true,
      std::vector<StructField>{{greatest ? "max" : "min", type}},
      [type, greatest] { return NewExtreme(type, greatest); });
}

}  // namespace firesteel
