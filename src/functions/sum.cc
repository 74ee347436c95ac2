#include "functions/sum.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/arithmetic_kernels.h"
#include "functions/decimal_arithmetic.h"
#include "types/arrow_types.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

/// What overflow of a sum does.
enum class Overflow { kError, kWrap };

/// A sum in one column, NULL until a value came. `Sum` is int64_t, int32_t (months) or double.
///   sum
template <typename Sum>
class PlainSum final : public Accumulator {
 public:
  PlainSum(DataType argument, DataType buffer, DataType result, Overflow overflow)
      : argument_(std::move(argument)),
        buffer_(std::move(buffer)),
        result_(std::move(result)),
        overflow_(overflow) {}

  Status Resize(int64_t groups) override {
    sums_.resize(groups, Sum{0});
    set_.resize(groups, 0);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    switch (argument_.id()) {
      case TypeId::kByte: return Add<int8_t>(arguments[0], groups);
      case TypeId::kShort: return Add<int16_t>(arguments[0], groups);
      case TypeId::kInteger:
      case TypeId::kYearMonthInterval: return Add<int32_t>(arguments[0], groups);
      case TypeId::kFloat: return Add<float>(arguments[0], groups);
      case TypeId::kDouble: return Add<double>(arguments[0], groups);
      // A small decimal is summed up by its unscaled value, which fits a long.
      case TypeId::kDecimal: return Add<DecimalSlot>(arguments[0], groups);
      default: return Add<int64_t>(arguments[0], groups);
    }
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    return Add<Sum>(BufferColumn(buffers[0]), groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(auto sums, MakeFixedArray(ToArrowType(buffer_), sums_, set_));
    return std::vector{std::move(sums)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    if (result_.id() != TypeId::kDecimal) {
      return MakeFixedArray(ToArrowType(result_), sums_, set_);
    }
    std::vector<DecimalSlot> decimals;
    decimals.reserve(sums_.size());
    for (Sum sum : sums_) decimals.emplace_back(static_cast<int128_t>(sum));
    return MakeFixedArray(ToArrowType(result_), decimals, set_);
  }

 private:
  template <typename T>
  Status Add(const ColumnVector& column, std::span<const int32_t> groups) {
    const FixedReader<T> values(column);
    bool overflow = false;
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      Sum value;
      if constexpr (std::is_same_v<T, DecimalSlot>) {
        value = static_cast<Sum>(static_cast<int128_t>(values[row]));
      } else {
        value = static_cast<Sum>(values[row]);
      }
      if constexpr (std::is_floating_point_v<Sum>) {
        sums_[group] += value;
      } else {
        overflow |= __builtin_add_overflow(sums_[group], value, &sums_[group]);
      }
      set_[group] = 1;
    });
    if (overflow && overflow_ == Overflow::kError) return OverflowError();
    return Status::OK();
  }

  Status OverflowError() const {
    if (result_.is_numeric()) return ArithmeticOverflow("long", "try_sum");
    return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION",
                     {{"functionName", "`try_sum`"}});
  }

  DataType argument_;
  DataType buffer_;
  DataType result_;
  Overflow overflow_;
  std::vector<Sum> sums_;
  std::vector<uint8_t> set_;
};

/// A sum of decimals, exact in 38 digits.
///   sum      DECIMAL(p + 10, s)   0 at first; NULL once it overflowed
///   isEmpty  BOOLEAN              whether no value came yet
class DecimalSum final : public Accumulator {
 public:
  DecimalSum(DataType result, bool fails) : result_(std::move(result)), fails_(fails) {}

  Status Resize(int64_t groups) override {
    sums_.resize(groups, DecimalSlot(0));
    in_range_.resize(groups, 1);
    empty_.resize(groups, 1);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const FixedReader<DecimalSlot> values(arguments[0]);
    ForEachSet(arguments[0], groups,
               [&](int32_t group, int64_t row) { Add(group, values[row]); });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const FixedReader<DecimalSlot> sums(BufferColumn(buffers[0]));
    const BooleanReader empty(BufferColumn(buffers[1]));
    ForEachSet(BufferColumn(buffers[1]), groups, [&](int32_t group, int64_t row) {
      if (empty[row]) return;
      if (sums.IsNull(row)) {
        in_range_[group] = 0;
        empty_[group] = 0;
      } else {
        Add(group, sums[row]);
      }
    });
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(auto sums, MakeFixedArray(ToArrowType(result_), sums_, in_range_));
    ARROW_ASSIGN_OR_RAISE(auto empty, MakeBooleanArray(empty_, {}));
    return std::vector{std::move(sums), std::move(empty)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    std::vector<uint8_t> set(sums_.size());
    for (size_t i = 0; i < set.size(); ++i) {
      set[i] = !empty_[i] && in_range_[i];
      if (!empty_[i] && !in_range_[i] && fails_) {
        return DecimalOutOfRange(DecimalText(sums_[i], result_.scale()), result_.precision(),
                                 result_.scale());
      }
    }
    return MakeFixedArray(ToArrowType(result_), sums_, set);
  }

 private:
  void Add(int32_t group, int128_t value) {
    empty_[group] = 0;
    if (!in_range_[group]) return;
    int128_t sum;
    const bool overflow =
        __builtin_add_overflow(static_cast<int128_t>(sums_[group]), value, &sum);
    if (overflow || !FitsPrecision(sum, result_.precision())) in_range_[group] = 0;
    sums_[group] = sum;
  }

  DataType result_;
  bool fails_;
  std::vector<DecimalSlot> sums_;
  std::vector<uint8_t> in_range_;
  std::vector<uint8_t> empty_;
};

/// A sum of whole numbers or of an interval that is NULL once it overflowed (try_sum).
///   sum      LONG or the interval   0 at first; NULL once it overflowed
///   isEmpty  BOOLEAN                whether no value came yet
class TrySum final : public Accumulator {
 public:
  TrySum(DataType argument, DataType result)
      : argument_(std::move(argument)), result_(std::move(result)) {}

  Status Resize(int64_t groups) override {
    sums_.resize(groups, 0);
    in_range_.resize(groups, 1);
    empty_.resize(groups, 1);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    switch (argument_.id()) {
      case TypeId::kByte: Add<int8_t>(arguments[0], groups); break;
      case TypeId::kShort: Add<int16_t>(arguments[0], groups); break;
      case TypeId::kInteger:
      case TypeId::kYearMonthInterval: Add<int32_t>(arguments[0], groups); break;
      default: Add<int64_t>(arguments[0], groups);
    }
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const ColumnVector sums = BufferColumn(buffers[0]);
    const BooleanReader empty(BufferColumn(buffers[1]));
    for (size_t row = 0; row < groups.size(); ++row) {
      if (groups[row] < 0 || empty[row] || !sums.values->IsNull(row)) continue;
      in_range_[groups[row]] = 0;
      empty_[groups[row]] = 0;
    }
    std::vector<int32_t> filled(groups.begin(), groups.end());
    for (size_t row = 0; row < groups.size(); ++row) {
      if (empty[row]) filled[row] = -1;
    }
    if (months()) {
      Add<int32_t>(sums, filled);
    } else {
      Add<int64_t>(sums, filled);
    }
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(auto sums, Sums(in_range_));
    ARROW_ASSIGN_OR_RAISE(auto empty, MakeBooleanArray(empty_, {}));
    return std::vector{std::move(sums), std::move(empty)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    std::vector<uint8_t> set(sums_.size());
    for (size_t i = 0; i < set.size(); ++i) set[i] = in_range_[i] && !empty_[i];
    return Sums(set);
  }

 private:
  bool months() const { return result_.id() == TypeId::kYearMonthInterval; }

  template <typename T>
  void Add(const ColumnVector& column, std::span<const int32_t> groups) {
    const FixedReader<T> values(column);
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      empty_[group] = 0;
      const bool overflow = __builtin_add_overflow(
          sums_[group], static_cast<int64_t>(values[row]), &sums_[group]);
      if (overflow || (months() && static_cast<int32_t>(sums_[group]) != sums_[group])) {
        in_range_[group] = 0;
      }
    });
  }

  Result<std::shared_ptr<arrow::Array>> Sums(const std::vector<uint8_t>& set) const {
    if (!months()) return MakeFixedArray(ToArrowType(result_), sums_, set);
    return MakeFixedArray(ToArrowType(result_), std::vector<int32_t>(sums_.begin(), sums_.end()),
                          set);
  }

  DataType argument_;
  DataType result_;
  std::vector<int64_t> sums_;
  std::vector<uint8_t> in_range_;
  std::vector<uint8_t> empty_;
};

}  // namespace

Result<std::shared_ptr<const BoundAggregate>> BindTrySum(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, SummandType(request));
  if (type.is_floating()) return BindSum(request);
  DataType result = type;
  if (type.id() == TypeId::kDecimal) {
    result = DataType::Decimal(std::min(type.precision() + 10, 38), type.scale());
  } else if (type.is_integral()) {
    result = TypeId::kLong;
  }
  SimpleAggregate::Factory factory = [type, result]() -> std::unique_ptr<Accumulator> {
    if (type.id() == TypeId::kDecimal) return std::make_unique<DecimalSum>(result, false);
    return std::make_unique<TrySum>(type, result);
  };
  return std::make_shared<const SimpleAggregate>(
      std::vector{type}, result, true,
      std::vector<StructField>{{"sum", result}, {"isEmpty", TypeId::kBoolean}},
      std::move(factory));
}

Result<DataType> SummandType(const BindRequest& request) {
  using Kind = ParameterType::Kind;
  ARROW_ASSIGN_OR_RAISE(
      std::vector<DataType> types,
      MatchArguments(request, {ParameterType::OneOf({Kind::kNumeric, Kind::kInterval})}));
  return types[0];
}

Result<std::shared_ptr<const BoundAggregate>> BindSum(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, SummandType(request));
  const bool ansi = request.settings.ansi;
  DataType result = TypeId::kDouble;
  DataType buffer = TypeId::kDouble;
  SimpleAggregate::Factory factory;
  std::vector<StructField> fields;
  if (type.id() == TypeId::kDecimal) {
    result = DataType::Decimal(std::min(type.precision() + 10, 38), type.scale());
    if (type.precision() <= 8) {
      buffer = TypeId::kLong;
    } else {
      fields = {{"sum", result}, {"isEmpty", TypeId::kBoolean}};
      factory = [result, ansi] { return std::make_unique<DecimalSum>(result, ansi); };
    }
  } else if (type.is_integral()) {
    result = buffer = TypeId::kLong;
  } else if (!type.is_numeric()) {
    result = buffer = type;
  }
  if (!factory) {
    fields = {{"sum", buffer}};
    const Overflow mode = type.is_numeric() && !ansi ? Overflow::kWrap : Overflow::kError;
    factory = [=]() -> std::unique_ptr<Accumulator> {
      if (buffer.id() == TypeId::kDouble) {
        return std::make_unique<PlainSum<double>>(type, buffer, result, mode);
      }
      if (buffer.id() == TypeId::kYearMonthInterval) {
        return std::make_unique<PlainSum<int32_t>>(type, buffer, result, mode);
      }
      return std::make_unique<PlainSum<int64_t>>(type, buffer, result, mode);
    };
  }
  return std::make_shared<const SimpleAggregate>(std::vector{type}, result, true,
                                                 std::move(fields), std::move(factory));
}

}  // namespace firesteel
