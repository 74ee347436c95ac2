#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/constant.h"
#include "functions/hyperloglog_tables.h"
#include "functions/registry.h"
#include "types/hash.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

constexpr int kRegisterBits = 6;
constexpr int kRegistersPerWord = 10;
constexpr int kMinPrecision = 4;
constexpr int kMaxPrecision = 18;
constexpr int64_t kSeed = 42;
/// The neighbours in the table that the bias is averaged over.
constexpr int kNeighbours = 6;
constexpr double kDefaultDeviation = 0.05;

/// Up to these sizes counting empty registers is the better estimate; for precisions 4 to 18.
constexpr std::array<double, 15> kLinearLimits{10,   20,   40,    80,    220,   400,    900,   1800,
                                               3100, 6500, 15500, 20000, 50000, 120000, 350000};

/// The mean bias of the estimates nearest to this one.
double EstimateBias(int precision, double estimate) {
  const HyperLogLogTable table = HyperLogLogTableFor(precision);
  const auto count = static_cast<int>(table.estimates.size());
  const auto nearest = static_cast<int>(
      std::lower_bound(table.estimates.begin(), table.estimates.end(), estimate) -
      table.estimates.begin());
  const auto distance = [&](int i) {
    return (estimate - table.estimates[i]) * (estimate - table.estimates[i]);
  };
  int low = std::max(nearest - kNeighbours + 1, 0);
  int high = std::min(low + kNeighbours, count);
  while (high < count && distance(high) < distance(low)) {
    ++low;
    ++high;
  }
  double sum = 0;
  for (int i = low; i < high; ++i) sum += table.estimates[i] - table.sizes[i];
  return sum / (high - low);
}

/// Counts distinct values roughly: HyperLogLog++ with 2^precision registers of 6 bits, each the
/// longest run of leading zeros seen among the hashes that fall to it.
///   MS[0] … MS[n]  LONG: ten registers each, the first in the lowest bits
class DistinctEstimate final : public Accumulator {
 public:
  DistinctEstimate(DataType type, int precision)
      : type_(std::move(type)), precision_(precision), words_(WordCount(precision)) {}

  static int WordCount(int precision) { return (1 << precision) / kRegistersPerWord + 1; }

  Status Resize(int64_t groups) override {
    registers_.resize(groups * words_, 0);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    ColumnVector column = arguments[0];
    if (column.constant) {
      ARROW_ASSIGN_OR_RAISE(column.values,
                            column.Expand(static_cast<int64_t>(groups.size())));
      column.constant = false;
    }
    std::vector<int64_t> hashes(groups.size(), kSeed);
    ARROW_RETURN_NOT_OK(XxHash64Update(*column.values, type_, &hashes));
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      const auto hash = static_cast<uint64_t>(hashes[row]);
      const uint64_t padding = uint64_t{1} << (precision_ - 1);
      Raise(group, static_cast<int>(hash >> (64 - precision_)),
            std::countl_zero(hash << precision_ | padding) + 1);
    });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    for (int word = 0; word < words_; ++word) {
      const FixedReader<int64_t> values(BufferColumn(buffers[word]));
      ForEachSet(BufferColumn(buffers[word]), groups, [&](int32_t group, int64_t row) {
        for (int k = 0; k < kRegistersPerWord; ++k) {
          const auto value = static_cast<int>(values[row] >> (k * kRegisterBits) & 63);
          if (value != 0) Raise(group, word * kRegistersPerWord + k, value);
        }
      });
    }
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    std::vector<int64_t> column(registers_.size() / words_);
    for (int word = 0; word < words_; ++word) {
      for (size_t group = 0; group < column.size(); ++group) {
        column[group] = registers_[group * words_ + word];
      }
      ARROW_ASSIGN_OR_RAISE(auto array, MakeFixedArray(arrow::int64(), column, {}));
      arrays.push_back(std::move(array));
    }
    return arrays;
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    std::vector<int64_t> counts;
    for (size_t start = 0; start < registers_.size(); start += words_) {
      counts.push_back(Estimate(registers_.data() + start));
    }
    return MakeFixedArray(arrow::int64(), counts, {});
  }

 private:
  void Raise(int64_t group, int index, int value) {
    if (index >= 1 << precision_) return;  // bits behind the last register
    int64_t& word = registers_[group * words_ + index / kRegistersPerWord];
    const int shift = index % kRegistersPerWord * kRegisterBits;
    if ((word >> shift & 63) >= value) return;
    word = (word & ~(int64_t{63} << shift)) | static_cast<int64_t>(value) << shift;
  }

  int64_t Estimate(const int64_t* words) const {
    const int count = 1 << precision_;
    const double m = count;
    double inverse_sum = 0;
    double empty = 0;
    for (int i = 0; i < count; ++i) {
      const auto value = words[i / kRegistersPerWord] >>
                             (i % kRegistersPerWord * kRegisterBits) & 63;
      inverse_sum += std::ldexp(1.0, -static_cast<int>(value));
      empty += value == 0;
    }
    if (empty > 0) {
      const double linear = m * std::log(m / empty);
      if (linear <= kLinearLimits[precision_ - kMinPrecision]) return std::llround(linear);
    }
    const double alpha = precision_ == 4   ? 0.673
                         : precision_ == 5 ? 0.697
                         : precision_ == 6 ? 0.709
                                           : 0.7213 / (1.0 + 1.079 / m);
    double estimate = alpha * m * m / inverse_sum;
    if (estimate < 5 * m) estimate -= EstimateBias(precision_, estimate);
    return std::llround(estimate);
  }

  DataType type_;
  int precision_;
  int words_;
  std::vector<int64_t> registers_;  // the words of group 0, of group 1, …
};

/// `approx_count_distinct(expr[, relativeSD])`
Bound BindApproxCountDistinct(const BindRequest& request) {
  double deviation = kDefaultDeviation;
  std::vector<DataType> types{request.type(0)};
  if (request.size() == 2) {
    if (!IsFoldable(*request.arguments[1])) return MakeError("_LEGACY_ERROR_TEMP_1104");
    ARROW_ASSIGN_OR_RAISE(Value value,
                          ConstantArgument(request, 1, TypeId::kDouble, "relativeSD"));
    deviation = value.is_null() ? 0 : value.Get<double>();
    types.push_back(TypeId::kDouble);
  }
  const double bits = std::ceil(2 * std::log(1.106 / deviation) / std::log(2.0));
  if (!(bits >= kMinPrecision && bits <= kMaxPrecision)) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"exprName", "`relativeSD`"},
                      {"valueRange", "[0.0021, 0.39]"},
                      {"currentValue", std::to_string(deviation)}});
  }
  const DataType type = request.type(0);
  const int precision = static_cast<int>(bits);
  std::vector<StructField> fields;
  for (int i = 0; i < DistinctEstimate::WordCount(precision); ++i) {
    fields.push_back({"MS[" + std::to_string(i) + "]", TypeId::kLong});
  }
  auto bound = std::make_shared<SimpleAggregate>(
      std::move(types), TypeId::kLong, false, std::move(fields),
      [type, precision] { return std::make_unique<DistinctEstimate>(type, precision); });
  bound->set_named_arguments(1);
  return bound;
}

constexpr AggregateFunctionDefinition kHyperloglogFunctions[] = {
    {"approx_count_distinct",
     1,
     2,
     {"`approx_count_distinct(expr[, relativeSD])`: about how many "
      "distinct values there are.",
      "1.6.0"},
     BindApproxCountDistinct},
};

}  // namespace

std::span<const AggregateFunctionDefinition> SketchAggregates() { return kHyperloglogFunctions; }

}  // namespace firesteel
