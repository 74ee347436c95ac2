#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "functions/aggregate_support.h"
#include "functions/registry.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

/// What is computed of pairs: (y, x), of which y depends on x, or (x, y) for the last three.
enum class PairStatistic {
  kCount,
  kAverageX,
  kAverageY,
  kSquaresX,
  kSquaresY,
  kProducts,
  kDetermination,
  kSlope,
  kIntercept,
  kPopulationCovariance,
  kSampleCovariance,
  kCorrelation,
};

constexpr bool TakesXFirst(PairStatistic statistic) {
  return statistic >= PairStatistic::kPopulationCovariance;
}

/// Sums, averages and moments of pairs, merged pairwise.
struct Pairs {
  double n = 0;
  double x_sum = 0;
  double y_sum = 0;
  double x_avg = 0;
  double y_avg = 0;
  double xy = 0;
  double xx = 0;
  double yy = 0;

  void Add(double x, double y) {
    n += 1;
    x_sum += x;
    y_sum += y;
    const double dx = x - x_avg;
    const double dy = y - y_avg;
    x_avg += dx / n;
    y_avg += dy / n;
    xy += dx * (y - y_avg);
    xx += dx * (x - x_avg);
    yy += dy * (y - y_avg);
  }

  void Merge(const Pairs& other) {
    const double n1 = n;
    const double n2 = other.n;
    n = n1 + n2;
    x_sum += other.x_sum;
    y_sum += other.y_sum;
    if (n == 0) return;
    const double dx = other.x_avg - x_avg;
    const double dy = other.y_avg - y_avg;
    x_avg += dx / n * n2;
    y_avg += dy / n * n2;
    xy += other.xy + dx * (dy / n) * n1 * n2;
    xx += other.xx + dx * (dx / n) * n1 * n2;
    yy += other.yy + dy * (dy / n) * n1 * n2;
  }

  std::optional<double> Get(PairStatistic statistic) const {
    if (n == 0) return std::nullopt;
    switch (statistic) {
      case PairStatistic::kCount: return n;
      case PairStatistic::kAverageX: return x_sum / n;
      case PairStatistic::kAverageY: return y_sum / n;
      case PairStatistic::kSquaresX: return xx;
      case PairStatistic::kSquaresY: return yy;
      case PairStatistic::kProducts: return xy;
      case PairStatistic::kDetermination:
        if (xx == 0) return std::nullopt;
        return yy == 0 ? 1.0 : xy * xy / (xx * yy);
      case PairStatistic::kSlope: return xx == 0 ? std::nullopt : std::optional(xy / xx);
      case PairStatistic::kIntercept:
        return xx == 0 ? std::nullopt : std::optional(y_avg - xy / xx * x_avg);
      case PairStatistic::kPopulationCovariance: return xy / n;
      case PairStatistic::kSampleCovariance:
        return n == 1 ? std::nullopt : std::optional(xy / (n - 1));
      case PairStatistic::kCorrelation: {
        const double scale = std::sqrt(xx * yy);
        return scale == 0 ? std::nullopt : std::optional(xy / scale);
      }
    }
    return std::nullopt;
  }
};

/// One column of the state.
struct BufferColumnOf {
  const char* name;
  double Pairs::*member;
  bool whole = false;  ///< LONG, else DOUBLE
};

/// The columns that Spark keeps for each function: those of the count, average, variance,
/// covariance or correlation it is made of.
std::vector<BufferColumnOf> BufferColumns(PairStatistic statistic) {
  switch (statistic) {
    case PairStatistic::kCount: return {{"count", &Pairs::n, true}};
    case PairStatistic::kAverageX: return {{"sum", &Pairs::x_sum}, {"count", &Pairs::n, true}};
    case PairStatistic::kAverageY: return {{"sum", &Pairs::y_sum}, {"count", &Pairs::n, true}};
    case PairStatistic::kSquaresX:
      return {{"n", &Pairs::n}, {"avg", &Pairs::x_avg}, {"m2", &Pairs::xx}};
    case PairStatistic::kSquaresY:
      return {{"n", &Pairs::n}, {"avg", &Pairs::y_avg}, {"m2", &Pairs::yy}};
    case PairStatistic::kProducts:
    case PairStatistic::kPopulationCovariance:
    case PairStatistic::kSampleCovariance:
      return {{"n", &Pairs::n}, {"xAvg", &Pairs::x_avg}, {"yAvg", &Pairs::y_avg},
              {"ck", &Pairs::xy}};
    case PairStatistic::kDetermination:
    case PairStatistic::kCorrelation:
      return {{"n", &Pairs::n},   {"xAvg", &Pairs::x_avg}, {"yAvg", &Pairs::y_avg},
              {"ck", &Pairs::xy}, {"xMk", &Pairs::xx},     {"yMk", &Pairs::yy}};
    case PairStatistic::kSlope:
    case PairStatistic::kIntercept:
      return {{"n", &Pairs::n},   {"xAvg", &Pairs::x_avg}, {"yAvg", &Pairs::y_avg},
              {"ck", &Pairs::xy}, {"n", &Pairs::n},        {"avg", &Pairs::x_avg},
              {"m2", &Pairs::xx}};
  }
  return {};
}

class JointMoments final : public Accumulator {
 public:
  explicit JointMoments(PairStatistic statistic)
      : statistic_(statistic), columns_(BufferColumns(statistic)) {}

  Status Resize(int64_t groups) override {
    pairs_.resize(groups);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const bool x_first = TakesXFirst(statistic_);
    const FixedReader<double> x(arguments[x_first ? 0 : 1]);
    const FixedReader<double> y(arguments[x_first ? 1 : 0]);
    const FixedReader<double>& second = x_first ? y : x;
    ForEachSet(arguments[0], groups, [&](int32_t group, int64_t row) {
      if (!second.IsNull(row)) pairs_[group].Add(x[row], y[row]);
    });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    std::vector<Pairs> others(groups.size());
    for (size_t k = 0; k < columns_.size(); ++k) {
      const ColumnVector column = BufferColumn(buffers[k]);
      if (columns_[k].whole) {
        const FixedReader<int64_t> values(column);
        for (size_t row = 0; row < others.size(); ++row) {
          others[row].*columns_[k].member = static_cast<double>(values[row]);
        }
      } else {
        const FixedReader<double> values(column);
        for (size_t row = 0; row < others.size(); ++row) {
          others[row].*columns_[k].member = values[row];
        }
      }
    }
    for (size_t row = 0; row < others.size(); ++row) {
      if (groups[row] >= 0) pairs_[groups[row]].Merge(others[row]);
    }
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const BufferColumnOf& column : columns_) {
      std::vector<double> values;
      for (const Pairs& pairs : pairs_) values.push_back(pairs.*column.member);
      ARROW_ASSIGN_OR_RAISE(auto array, MakeColumn(values, column.whole, {}));
      arrays.push_back(std::move(array));
    }
    return arrays;
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    std::vector<double> values;
    std::vector<uint8_t> set;
    const bool is_count = statistic_ == PairStatistic::kCount;
    for (const Pairs& pairs : pairs_) {
      const std::optional<double> value = pairs.Get(statistic_);
      values.push_back(value.value_or(0));
      set.push_back(is_count || value.has_value());
    }
    return MakeColumn(values, is_count, set);
  }

 private:
  static Result<std::shared_ptr<arrow::Array>> MakeColumn(const std::vector<double>& values,
                                                          bool whole,
                                                          const std::vector<uint8_t>& set) {
    if (!whole) return MakeFixedArray(arrow::float64(), values, set);
    return MakeFixedArray(arrow::int64(), std::vector<int64_t>(values.begin(), values.end()), set);
  }

  PairStatistic statistic_;
  std::vector<BufferColumnOf> columns_;
  std::vector<Pairs> pairs_;
};

template <PairStatistic statistic>
Bound BindPairs(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::vector<DataType> types, MatchArguments(request, {TypeId::kDouble}));
  std::vector<StructField> fields;
  for (const BufferColumnOf& column : BufferColumns(statistic)) {
    fields.push_back({column.name, column.whole ? TypeId::kLong : TypeId::kDouble});
  }
  const bool is_count = statistic == PairStatistic::kCount;
  return std::make_shared<const SimpleAggregate>(
      std::move(types), is_count ? TypeId::kLong : TypeId::kDouble, !is_count, std::move(fields),
      [] { return std::make_unique<JointMoments>(statistic); });
}

constexpr AggregateFunctionDefinition kRegressionAggregates[] = {
    {"regr_count",
     2,
     2,
     {"`regr_count(y, x)`: the pairs without NULLs.", "3.3.0"},
     BindPairs<PairStatistic::kCount>},
    {"regr_avgx",
     2,
     2,
     {"`regr_avgx(y, x)`: the average of x.", "3.3.0"},
     BindPairs<PairStatistic::kAverageX>},
    {"regr_avgy",
     2,
     2,
     {"`regr_avgy(y, x)`: the average of y.", "3.3.0"},
     BindPairs<PairStatistic::kAverageY>},
    {"regr_sxx",
     2,
     2,
     {"`regr_sxx(y, x)`: the squared deviations of x.", "3.4.0"},
     BindPairs<PairStatistic::kSquaresX>},
    {"regr_syy",
     2,
     2,
     {"`regr_syy(y, x)`: the squared deviations of y.", "3.4.0"},
     BindPairs<PairStatistic::kSquaresY>},
    {"regr_sxy",
     2,
     2,
     {"`regr_sxy(y, x)`: the products of the deviations.", "3.4.0"},
     BindPairs<PairStatistic::kProducts>},
    {"regr_r2",
     2,
     2,
     {"`regr_r2(y, x)`: how much of y a line through the pairs explains.", "3.3.0"},
     BindPairs<PairStatistic::kDetermination>},
    {"regr_slope",
     2,
     2,
     {"`regr_slope(y, x)`: the slope of that line.", "3.4.0"},
     BindPairs<PairStatistic::kSlope>},
    {"regr_intercept",
     2,
     2,
     {"`regr_intercept(y, x)`: where that line meets the axis.", "3.4.0"},
     BindPairs<PairStatistic::kIntercept>},
    {"covar_pop",
     2,
     2,
     {"`covar_pop(x, y)`: the covariance of the population.", "2.0.0"},
     BindPairs<PairStatistic::kPopulationCovariance>},
    {"covar_samp",
     2,
     2,
     {"`covar_samp(x, y)`: the covariance of a sample.", "2.0.0"},
     BindPairs<PairStatistic::kSampleCovariance>},
    {"corr",
     2,
     2,
     {"`corr(x, y)`: the correlation.", "1.6.0"},
     BindPairs<PairStatistic::kCorrelation>},
};

}  // namespace

std::span<const AggregateFunctionDefinition> RegressionAggregates() {
  return kRegressionAggregates;
}

}  // namespace firesteel
