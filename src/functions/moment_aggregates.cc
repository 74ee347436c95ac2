#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "functions/aggregate_support.h"
#include "functions/registry.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

/// What is computed from the central moments of a group.
enum class Statistic {
  kSampleDeviation,
  kPopulationDeviation,
  kSampleVariance,
  kPopulationVariance,
  kSkewness,
  kKurtosis,
};

/// Central moments, updated one value at a time and merged pairwise.
///   n, avg, m2   DOUBLE   m3 for skewness and kurtosis, m4 for kurtosis
struct Moments {
  double n = 0;
  double avg = 0;
  double m2 = 0;
  double m3 = 0;
  double m4 = 0;

  void Add(double value) {
    n += 1;
    const double delta = value - avg;
    const double delta_n = delta / n;
    avg += delta_n;
    m2 += delta * (delta - delta_n);
    const double delta2 = delta * delta;
    const double delta_n2 = delta_n * delta_n;
    m3 = m3 - 3.0 * delta_n * m2 + delta * (delta2 - delta_n2);
    m4 = m4 - 4.0 * delta_n * m3 - 6.0 * delta_n2 * m2 +
         delta * (delta * delta2 - delta_n * delta_n2);
  }

  void Merge(const Moments& other) {
    const double n1 = n;
    const double n2 = other.n;
    n = n1 + n2;
    const double delta = other.avg - avg;
    const double delta_n = n == 0 ? 0 : delta / n;
    const double left_m2 = m2;
    const double left_m3 = m3;
    avg += delta_n * n2;
    m2 = left_m2 + other.m2 + delta * delta_n * n1 * n2;
    m3 = left_m3 + other.m3 + delta_n * delta_n * delta * n1 * n2 * (n1 - n2) +
         3.0 * delta_n * (n1 * other.m2 - n2 * left_m2);
    m4 = m4 + other.m4 +
         delta_n * delta_n * delta_n * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2) +
         6.0 * delta_n * delta_n * (n1 * n1 * other.m2 + n2 * n2 * left_m2) +
         4.0 * delta_n * (n1 * other.m3 - n2 * left_m3);
  }

  std::optional<double> Get(Statistic statistic) const {
    if (n == 0) return std::nullopt;
    switch (statistic) {
      case Statistic::kPopulationVariance: return m2 / n;
      case Statistic::kPopulationDeviation: return std::sqrt(m2 / n);
      case Statistic::kSampleVariance:
        return n == 1 ? std::nullopt : std::optional(m2 / (n - 1));
      case Statistic::kSampleDeviation:
        return n == 1 ? std::nullopt : std::optional(std::sqrt(m2 / (n - 1)));
      case Statistic::kSkewness:
        return m2 == 0 ? std::nullopt : std::optional(std::sqrt(n) * m3 / std::sqrt(m2 * m2 * m2));
      case Statistic::kKurtosis:
        return m2 == 0 ? std::nullopt : std::optional(n * m4 / (m2 * m2) - 3.0);
    }
    return std::nullopt;
  }
};

constexpr double Moments::*kColumns[] = {&Moments::n, &Moments::avg, &Moments::m2, &Moments::m3,
                                         &Moments::m4};

int ColumnCount(Statistic statistic) {
  if (statistic == Statistic::kSkewness) return 4;
  return statistic == Statistic::kKurtosis ? 5 : 3;
}

class CentralMoments final : public Accumulator {
 public:
  explicit CentralMoments(Statistic statistic) : statistic_(statistic) {}

  Status Resize(int64_t groups) override {
    moments_.resize(groups);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const FixedReader<double> values(arguments[0]);
    ForEachSet(arguments[0], groups,
               [&](int32_t group, int64_t row) { moments_[group].Add(values[row]); });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    std::vector<FixedReader<double>> readers;
    for (const auto& buffer : buffers) readers.emplace_back(BufferColumn(buffer));
    ForEachSet(BufferColumn(buffers[0]), groups, [&](int32_t group, int64_t row) {
      Moments other;
      for (size_t k = 0; k < readers.size(); ++k) other.*kColumns[k] = readers[k][row];
      moments_[group].Merge(other);
    });
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (int k = 0; k < ColumnCount(statistic_); ++k) {
      std::vector<double> column;
      for (const Moments& moments : moments_) column.push_back(moments.*kColumns[k]);
      ARROW_ASSIGN_OR_RAISE(auto array, MakeFixedArray(arrow::float64(), column, {}));
      arrays.push_back(std::move(array));
    }
    return arrays;
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    std::vector<double> values;
    std::vector<uint8_t> set;
    for (const Moments& moments : moments_) {
      const std::optional<double> value = moments.Get(statistic_);
      values.push_back(value.value_or(0));
      set.push_back(value.has_value());
    }
    return MakeFixedArray(arrow::float64(), values, set);
  }

 private:
  Statistic statistic_;
  std::vector<Moments> moments_;
};

template <Statistic statistic>
Bound BindMoments(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::vector<DataType> types, MatchArguments(request, {TypeId::kDouble}));
  constexpr const char* kNames[] = {"n", "avg", "m2", "m3", "m4"};
  std::vector<StructField> fields;
  for (int k = 0; k < ColumnCount(statistic); ++k) fields.push_back({kNames[k], TypeId::kDouble});
  return std::make_shared<const SimpleAggregate>(
      std::move(types), TypeId::kDouble, true, std::move(fields),
      [] { return std::make_unique<CentralMoments>(statistic); });
}

constexpr AggregateFunctionDefinition kMomentAggregates[] = {
    {"stddev",
     1,
     1,
     {"`stddev(expr)`: the standard deviation of a sample.", "1.6.0"},
     BindMoments<Statistic::kSampleDeviation>},
    {"std", 1, 1, {"`std(expr)`: as stddev.", "1.6.0"}, BindMoments<Statistic::kSampleDeviation>},
    {"stddev_samp",
     1,
     1,
     {"`stddev_samp(expr)`: as stddev.", "1.6.0"},
     BindMoments<Statistic::kSampleDeviation>},
    {"stddev_pop",
     1,
     1,
     {"`stddev_pop(expr)`: the deviation of the population.", "1.6.0"},
     BindMoments<Statistic::kPopulationDeviation>},
    {"variance",
     1,
     1,
     {"`variance(expr)`: the variance of a sample.", "1.6.0"},
     BindMoments<Statistic::kSampleVariance>},
    {"var_samp",
     1,
     1,
     {"`var_samp(expr)`: as variance.", "1.6.0"},
     BindMoments<Statistic::kSampleVariance>},
    {"var_pop",
     1,
     1,
     {"`var_pop(expr)`: the variance of the population.", "1.6.0"},
     BindMoments<Statistic::kPopulationVariance>},
    {"skewness",
     1,
     1,
     {"`skewness(expr)`: how lopsided the values are.", "1.6.0"},
     BindMoments<Statistic::kSkewness>},
    {"kurtosis",
     1,
     1,
     {"`kurtosis(expr)`: how heavy the tails are.", "1.6.0"},
     BindMoments<Statistic::kKurtosis>},
};

}  // namespace

std::span<const AggregateFunctionDefinition> MomentAggregates() { return kMomentAggregates; }

}  // namespace firesteel
