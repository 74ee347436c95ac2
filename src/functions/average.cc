#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/arithmetic_kernels.h"
#include "functions/decimal_arithmetic.h"
#include "functions/sum.h"
#include "types/arrow_types.h"
#include "types/cast.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

/// The average of integers, floating numbers and small decimals (as unscaled values).
///   sum    DOUBLE
///   count  LONG
class DoubleAverage final : public Accumulator {
 public:
  DoubleAverage(DataType argument, DataType result, bool ansi)
      : argument_(std::move(argument)), result_(std::move(result)), ansi_(ansi) {}

  Status Resize(int64_t groups) override {
    sums_.resize(groups, 0);
    counts_.resize(groups, 0);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const ColumnVector& column = arguments[0];
    switch (argument_.id()) {
      case TypeId::kByte: Add<int8_t>(column, groups); break;
      case TypeId::kShort: Add<int16_t>(column, groups); break;
      case TypeId::kInteger: Add<int32_t>(column, groups); break;
      case TypeId::kLong: Add<int64_t>(column, groups); break;
      case TypeId::kFloat: Add<float>(column, groups); break;
      case TypeId::kDecimal: Add<DecimalSlot>(column, groups); break;
      default: Add<double>(column, groups);
    }
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const FixedReader<double> sums(BufferColumn(buffers[0]));
    const FixedReader<int64_t> counts(BufferColumn(buffers[1]));
    ForEachSet(BufferColumn(buffers[0]), groups,
               [&](int32_t group, int64_t row) { sums_[group] += sums[row]; });
    ForEachSet(BufferColumn(buffers[1]), groups,
               [&](int32_t group, int64_t row) { counts_[group] += counts[row]; });
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(auto sums, MakeFixedArray(arrow::float64(), sums_, {}));
    ARROW_ASSIGN_OR_RAISE(auto counts, MakeFixedArray(arrow::int64(), counts_, {}));
    return std::vector{std::move(sums), std::move(counts)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    const bool decimal = result_.id() == TypeId::kDecimal;
    const double unit =
        decimal ? static_cast<double>(static_cast<int64_t>(PowerOfTen(argument_.scale()))) : 1.0;
    std::vector<double> averages(sums_.size());
    std::vector<uint8_t> set(sums_.size());
    for (size_t i = 0; i < sums_.size(); ++i) {
      set[i] = counts_[i] != 0;
      averages[i] = set[i] ? sums_[i] / static_cast<double>(counts_[i]) : 0;
      if (decimal) averages[i] /= unit;
    }
    ARROW_ASSIGN_OR_RAISE(auto array, MakeFixedArray(arrow::float64(), averages, set));
    if (!decimal) return array;
    return CastArray(array, TypeId::kDouble, result_, CastOptions{ansi_, false, "UTC"});
  }

 private:
  template <typename T>
  void Add(const ColumnVector& column, std::span<const int32_t> groups) {
    const FixedReader<T> values(column);
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      if constexpr (std::is_same_v<T, DecimalSlot>) {
        sums_[group] += static_cast<double>(static_cast<int64_t>(int128_t{values[row]}));
      } else {
        sums_[group] += static_cast<double>(values[row]);
      }
      ++counts_[group];
    });
  }

  DataType argument_;
  DataType result_;
  bool ansi_;
  std::vector<double> sums_;
  std::vector<int64_t> counts_;
};

/// The average of decimals and of intervals, exact.
///   sum    DECIMAL(p + 10, s) or the interval   NULL once it overflowed
///   count  LONG
class ExactAverage final : public Accumulator {
 public:
  ExactAverage(DataType argument, DataType sum, DataType result, bool ansi)
      : argument_(std::move(argument)),
        sum_(std::move(sum)),
        result_(std::move(result)),
        ansi_(ansi) {}

  Status Resize(int64_t groups) override {
    sums_.resize(groups, 0);
    counts_.resize(groups, 0);
    in_range_.resize(groups, 1);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    return Add(arguments[0], nullptr, groups);
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const FixedReader<int64_t> counts(BufferColumn(buffers[1]));
    const arrow::Array& sums = *buffers[0];
    for (size_t row = 0; row < groups.size(); ++row) {
      if (groups[row] >= 0 && sums.IsNull(row)) in_range_[groups[row]] = 0;
    }
    return Add(BufferColumn(buffers[0]), &counts, groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    std::shared_ptr<arrow::Array> sums;
    const auto type = ToArrowType(sum_);
    if (sum_.id() == TypeId::kDecimal) {
      std::vector<DecimalSlot> slots(sums_.begin(), sums_.end());
      ARROW_ASSIGN_OR_RAISE(sums, MakeFixedArray(type, slots, in_range_));
    } else if (sum_.id() == TypeId::kYearMonthInterval) {
      ARROW_ASSIGN_OR_RAISE(sums, MakeFixedArray(type, Narrow<int32_t>(), in_range_));
    } else {
      ARROW_ASSIGN_OR_RAISE(sums, MakeFixedArray(type, Narrow<int64_t>(), in_range_));
    }
    ARROW_ASSIGN_OR_RAISE(auto counts, MakeFixedArray(arrow::int64(), counts_, {}));
    return std::vector{std::move(sums), std::move(counts)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    const size_t groups = sums_.size();
    std::vector<int128_t> averages(groups, 0);
    std::vector<uint8_t> set(groups, 0);
    for (size_t i = 0; i < groups; ++i) {
      if (counts_[i] == 0) continue;
      bool good = in_range_[i];
      if (good && result_.id() == TypeId::kDecimal) {
        good = DivideDecimal(sums_[i], counts_[i], &averages[i]);
      } else if (good) {
        averages[i] = sums_[i] < 0 ? -DivideHalfUp(-sums_[i], counts_[i])
                                   : DivideHalfUp(sums_[i], counts_[i]);
      }
      if (!good && ansi_) return OverflowError(sums_[i]);
      set[i] = good;
    }
    const auto type = ToArrowType(result_);
    if (result_.id() == TypeId::kDecimal) {
      return MakeFixedArray(type, std::vector<DecimalSlot>(averages.begin(), averages.end()), set);
    }
    if (result_.id() == TypeId::kYearMonthInterval) {
      return MakeFixedArray(type, std::vector<int32_t>(averages.begin(), averages.end()), set);
    }
    return MakeFixedArray(type, std::vector<int64_t>(averages.begin(), averages.end()), set);
  }

 private:
  template <typename T>
  std::vector<T> Narrow() const {
    std::vector<T> values;
    for (int128_t sum : sums_) values.push_back(static_cast<T>(sum));
    return values;
  }

  /// Adds values, each standing for one row or, when merging, for `counts` rows.
  Status Add(const ColumnVector& column, const FixedReader<int64_t>* counts,
             std::span<const int32_t> groups) {
    switch (argument_.id()) {
      case TypeId::kDecimal: return AddValues<DecimalSlot>(column, counts, groups);
      case TypeId::kYearMonthInterval: return AddValues<int32_t>(column, counts, groups);
      default: return AddValues<int64_t>(column, counts, groups);
    }
  }

  template <typename T>
  Status AddValues(const ColumnVector& column, const FixedReader<int64_t>* counts,
                   std::span<const int32_t> groups) {
    const FixedReader<T> values(column);
    bool overflow = false;
    int128_t culprit = 0;
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      counts_[group] += counts ? (*counts)[row] : 1;
      if (!in_range_[group]) return;
      int128_t sum;
      const bool wrapped =
          __builtin_add_overflow(sums_[group], static_cast<int128_t>(values[row]), &sum);
      sums_[group] = sum;
      if (wrapped || !InRange(sum)) {
        in_range_[group] = 0;
        overflow = true;
        culprit = sum;
      }
    });
    if (overflow && ansi_) return OverflowError(culprit);
    return Status::OK();
  }

  bool InRange(int128_t sum) const {
    if (sum_.id() == TypeId::kDecimal) return FitsPrecision(sum, sum_.precision());
    if (sum_.id() == TypeId::kYearMonthInterval) return static_cast<int32_t>(sum) == sum;
    return static_cast<int64_t>(sum) == sum;
  }

  /// sum / count at the result's scale, which is at least the sum's.
  bool DivideDecimal(int128_t sum, int64_t count, int128_t* out) const {
    const int shift = result_.scale() - sum_.scale();
    const bool negative = sum < 0;
    const int128_t magnitude = negative ? -sum : sum;
    // The integer part first, so that the shift to the result's scale cannot overflow.
    int128_t quotient = magnitude / count;
    int128_t rest = magnitude % count;
    if (!FitsPrecision(quotient, 38 - std::max(shift, 0))) return false;
    quotient *= PowerOfTen(std::max(shift, 0));
    rest *= PowerOfTen(std::max(shift, 0));
    quotient += DivideHalfUp(rest, count);
    if (shift < 0) quotient = DivideHalfUp(magnitude, count * PowerOfTen(-shift));
    *out = negative ? -quotient : quotient;
    return FitsPrecision(quotient, result_.precision());
  }

  Status OverflowError(int128_t sum) const {
    if (sum_.id() == TypeId::kDecimal) {
      return DecimalOutOfRange(DecimalText(sum, sum_.scale()), sum_.precision(), sum_.scale());
    }
    return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION",
                     {{"functionName", "`try_avg`"}});
  }

  DataType argument_;
  DataType sum_;
  DataType result_;
  bool ansi_;
  std::vector<int128_t> sums_;
  std::vector<int64_t> counts_;
  std::vector<uint8_t> in_range_;
};

Result<std::shared_ptr<const BoundAggregate>> Bind(const BindRequest& request, bool is_try) {
  ARROW_ASSIGN_OR_RAISE(DataType type, SummandType(request));
  const bool ansi = request.settings.ansi && !is_try;
  DataType result = TypeId::kDouble;
  DataType sum = TypeId::kDouble;
  SimpleAggregate::Factory factory;
  if (type.id() == TypeId::kDecimal) {
    result = DataType::Decimal(std::min(type.precision() + 4, 38), std::min(type.scale() + 4, 38));
    if (type.precision() > 11) {
      sum = DataType::Decimal(std::min(type.precision() + 10, 38), type.scale());
    }
  } else if (!type.is_numeric()) {
    result = type.id();  // the family's full range
    sum = type.id();
  }
  if (sum.id() == TypeId::kDouble) {
    factory = [=] { return std::make_unique<DoubleAverage>(type, result, ansi); };
  } else {
    const bool fails = !is_try && (ansi || !type.is_numeric());
    factory = [=] { return std::make_unique<ExactAverage>(type, sum, result, fails); };
  }
  return std::make_shared<const SimpleAggregate>(
      std::vector{type}, result, true,
      std::vector<StructField>{{"sum", sum}, {"count", TypeId::kLong}}, std::move(factory));
}

}  // namespace

Result<std::shared_ptr<const BoundAggregate>> BindAverage(const BindRequest& request) {
  return Bind(request, false);
}

Result<std::shared_ptr<const BoundAggregate>> BindTryAverage(const BindRequest& request) {
  return Bind(request, true);
}

}  // namespace firesteel
