#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_binary.h"
#include "arrow/array/builder_binary.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/percentages.h"
#include "functions/quantile_summary.h"
#include "functions/registry.h"
#include "types/arrow_types.h"
#include "types/cast.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

constexpr int64_t kDefaultAccuracy = 10000;

/// Percentiles from summaries of numbers, dates, timestamps and intervals.
///   buf  BINARY: see QuantileSummary
class ApproximatePercentiles final : public Accumulator {
 public:
  ApproximatePercentiles(DataType type, Percentages percentages, double relative_error)
      : type_(std::move(type)),
        percentages_(std::move(percentages)),
        relative_error_(relative_error) {}

  Status Resize(int64_t groups) override {
    summaries_.resize(groups, QuantileSummary(relative_error_));
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const ColumnVector& column = arguments[0];
    switch (type_.id()) {
      case TypeId::kDate:
      case TypeId::kYearMonthInterval: Insert<int32_t>(column, groups); return Status::OK();
      case TypeId::kTimestamp:
      case TypeId::kTimestampNtz:
      case TypeId::kDayTimeInterval: Insert<int64_t>(column, groups); return Status::OK();
      default: break;
    }
    ColumnVector doubles = column;
    if (doubles.constant) doubles.values = doubles.values->Slice(0, 1);
    if (type_.id() != TypeId::kDouble) {
      ARROW_ASSIGN_OR_RAISE(doubles.values, CastArray(doubles.values, type_, TypeId::kDouble,
                                                      CastOptions{false, false, "UTC"}));
    }
    Insert<double>(doubles, groups);
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const auto& states = static_cast<const arrow::BinaryArray&>(*buffers[0]);
    for (size_t row = 0; row < groups.size(); ++row) {
      if (groups[row] < 0 || states.IsNull(static_cast<int64_t>(row))) continue;
      auto other = QuantileSummary::Deserialize(states.GetView(static_cast<int64_t>(row)));
      if (!other) return InternalError("The state of percentile_approx is damaged");
      summaries_[groups[row]].Merge(*std::move(other));
    }
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    arrow::BinaryBuilder builder;
    for (const QuantileSummary& summary : summaries_) {
      ARROW_RETURN_NOT_OK(builder.Append(QuantileSummary(summary).Serialize()));
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> states, builder.Finish());
    return std::vector{std::move(states)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    std::vector<double> numbers;
    std::vector<uint8_t> set;
    for (const QuantileSummary& summary : summaries_) {
      QuantileSummary copy = summary;
      set.push_back(copy.Query(0).has_value());
      for (const double percentage : percentages_.values) {
        numbers.push_back(copy.Query(percentage).value_or(0));
      }
    }
    return PercentileColumn(numbers, set, percentages_.is_list, type_);
  }

 private:
  template <typename T>
  void Insert(const ColumnVector& column, std::span<const int32_t> groups) {
    const FixedReader<T> values(column);
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      summaries_[group].Insert(static_cast<double>(values[row]));
    });
  }

  DataType type_;
  Percentages percentages_;
  double relative_error_;
  std::vector<QuantileSummary> summaries_;
};

/// `percentile_approx(col, percentage[, accuracy])`
Bound BindApproximate(const BindRequest& request) {
  using Kind = ParameterType::Kind;
  const ParameterType accepted = ParameterType::OneOf(
      {Kind::kNumeric, TypeId::kDate, TypeId::kTimestamp, TypeId::kTimestampNtz, Kind::kInterval});
  auto type = accepted.Match(request.type(0), request.settings.ansi);
  if (!type) return UnexpectedInputType(request, 0, accepted.ToString());
  ARROW_ASSIGN_OR_RAISE(Percentages percentages, PercentageArgument(request, 1));
  std::vector<DataType> types{*type, request.type(1)};
  int64_t accuracy = kDefaultAccuracy;
  if (request.size() == 3) {
    ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, 2, TypeId::kLong, "accuracy"));
    if (value.is_null()) {
      return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                       {{"sqlExpr", Quoted(CallSql(request))}, {"exprName", "accuracy"}});
    }
    accuracy = value.Get<int64_t>();
    if (accuracy <= 0 || accuracy > 2147483647) {
      return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                       {{"sqlExpr", Quoted(CallSql(request))},
                        {"exprName", "accuracy"},
                        {"valueRange", "(0, 2147483647]"},
                        {"currentValue", std::to_string(accuracy)}});
    }
    types.push_back(request.type(2));
  }
  const double error = 1.0 / static_cast<double>(accuracy);
  DataType result = percentages.is_list ? DataType::Array(*type, false) : *type;
  auto bound = std::make_shared<SimpleAggregate>(
      std::move(types), std::move(result), true,
      std::vector<StructField>{{"buf", TypeId::kBinary}}, [type = *type, percentages, error] {
        return std::make_unique<ApproximatePercentiles>(type, percentages, error);
      });
  if (request.size() == 2) bound->set_defaults({std::to_string(kDefaultAccuracy)});
  return std::shared_ptr<const BoundAggregate>(std::move(bound));
}

constexpr AggregateFunctionDefinition kQuantileAggregates[] = {
    {"percentile_approx",
     2,
     3,
     {"`percentile_approx(col, percentage[, accuracy])`: about the "
      "percentile, one of the values.",
      "2.1.0"},
     BindApproximate},
    {"approx_percentile",
     2,
     3,
     {"`approx_percentile(col, percentage[, accuracy])`: about the "
      "percentile, one of the values.",
      "2.1.0"},
     BindApproximate},
};

}  // namespace

std::span<const AggregateFunctionDefinition> QuantileAggregates() { return kQuantileAggregates; }

}  // namespace firesteel
