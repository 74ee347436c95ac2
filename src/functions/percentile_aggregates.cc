#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/aggregate_support.h"
#include "functions/coercion.h"
#include "functions/counted_values.h"
#include "functions/nested_columns.h"
#include "functions/ordering.h"
#include "functions/percentages.h"
#include "functions/registry.h"
#include "functions/take.h"
#include "types/arrow_types.h"
#include "types/cast.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

/// How percentile, median, percentile_cont and percentile_disc differ.
struct PercentileForm {
  Percentages percentages;
  bool discrete = false;  ///< one of the values, else in between
  bool reverse = false;   ///< counted from the greatest
};

/// One distinct value of a group.
struct CountedNumber {
  double value;
  int64_t count;
};

double Interpolate(const std::vector<CountedNumber>& sorted, double percentage) {
  int64_t total = 0;
  for (const CountedNumber& number : sorted) total += number.count;
  const double position = static_cast<double>(total - 1) * percentage;
  const auto lower = static_cast<int64_t>(std::floor(position));
  const auto higher = static_cast<int64_t>(std::ceil(position));
  const auto at = [&](int64_t rank) {
    for (const CountedNumber& number : sorted) {
      if (rank < number.count) return number.value;
      rank -= number.count;
    }
    return sorted.back().value;
  };
  const double low = at(lower);
  if (lower == higher) return low;
  const double high = at(higher);
  if (low == high) return low;
  return (static_cast<double>(higher) - position) * low +
         (position - static_cast<double>(lower)) * high;
}

/// The first value up to which the share of all is at least `percentage`.
double Choose(const std::vector<CountedNumber>& sorted, double percentage) {
  int64_t total = 0;
  for (const CountedNumber& number : sorted) total += number.count;
  int64_t so_far = 0;
  for (const CountedNumber& number : sorted) {
    so_far += number.count;
    if (static_cast<double>(so_far) >= percentage * static_cast<double>(total)) {
      return number.value;
    }
  }
  return sorted.back().value;
}

class PercentileValues final : public CountedValues {
 public:
  PercentileValues(DataType type, DataType result, PercentileForm form)
      : CountedValues(std::move(type)), result_(std::move(result)), form_(std::move(form)) {}

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    ARROW_ASSIGN_OR_RAISE(std::vector<double> numbers, Numbers());
    std::vector<double> results;
    std::vector<uint8_t> set;
    for (const std::vector<int64_t>& places : PlacesByGroup()) {
      std::vector<CountedNumber> sorted;
      for (const int64_t place : places) sorted.push_back({numbers[place], counts()[place]});
      std::sort(sorted.begin(), sorted.end(),
                [](const CountedNumber& a, const CountedNumber& b) {
                  return FloatLess(a.value, b.value);
                });
      if (form_.reverse) std::reverse(sorted.begin(), sorted.end());
      set.push_back(!sorted.empty());
      for (const double percentage : form_.percentages.values) {
        results.push_back(sorted.empty()   ? 0
                          : form_.discrete ? Choose(sorted, percentage)
                                           : Interpolate(sorted, percentage));
      }
    }
    return PercentileColumn(results, set, form_.percentages.is_list, result_);
  }

 private:
  /// The values as numbers; intervals count as their microseconds or months.
  Result<std::vector<double>> Numbers() const {
    ARROW_ASSIGN_OR_RAISE(auto values, Values());
    std::vector<double> numbers(values->length());
    if (type().id() == TypeId::kYearMonthInterval) {
      const FixedReader<int32_t> months(ColumnVector{values, false});
      for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = months[i];
    } else if (type().id() == TypeId::kDayTimeInterval) {
      const FixedReader<int64_t> micros(ColumnVector{values, false});
      for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(micros[i]);
    } else {
      ARROW_ASSIGN_OR_RAISE(auto doubles, CastArray(values, type(), TypeId::kDouble,
                                                    CastOptions{false, false, "UTC"}));
      const FixedReader<double> reader(ColumnVector{doubles, false});
      for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = reader[i];
    }
    return numbers;
  }

  DataType result_;
  PercentileForm form_;
};

/// What the percentile of values of a type is: a double, or an interval of the full range.
DataType PercentileType(const DataType& type) {
  return type.is_numeric() ? DataType(TypeId::kDouble) : DataType(type.id());
}

std::shared_ptr<SimpleAggregate> MakePercentile(std::vector<DataType> argument_types,
                                                const DataType& type, PercentileForm form) {
  DataType result = PercentileType(type);
  const DataType returned =
      form.percentages.is_list ? DataType::Array(result, false) : result;
  return std::make_shared<SimpleAggregate>(
      std::move(argument_types), returned, true,
      std::vector<StructField>{{"buf", TypeId::kBinary}}, [type, result, form] {
        return std::make_unique<PercentileValues>(type, result, form);
      });
}

/// The type of the values: numbers and intervals.
Result<DataType> NumberArgument(const BindRequest& request, int index) {
  using Kind = ParameterType::Kind;
  const ParameterType accepted = ParameterType::OneOf({Kind::kNumeric, Kind::kInterval});
  auto type = accepted.Match(request.type(index), request.settings.ansi);
  if (!type) return UnexpectedInputType(request, index, accepted.ToString());
  return *std::move(type);
}

/// Gives the arguments in another order than the call has them.
class Reordered final : public Accumulator {
 public:
  Reordered(std::unique_ptr<Accumulator> inner, std::vector<int> order)
      : inner_(std::move(inner)), order_(std::move(order)) {}
  Status Resize(int64_t groups) override { return inner_->Resize(groups); }
  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    std::vector<ColumnVector> chosen;
    for (const int i : order_) chosen.push_back(arguments[i]);
    return inner_->Update(chosen, groups);
  }
  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    return inner_->Merge(buffers, groups);
  }
  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    return inner_->BufferArrays();
  }
  Result<std::shared_ptr<arrow::Array>> Finish() const override { return inner_->Finish(); }

 private:
  std::unique_ptr<Accumulator> inner_;
  std::vector<int> order_;
};

/// As `bound`, with the arguments `order` of the call.
std::shared_ptr<SimpleAggregate> Reorder(std::shared_ptr<SimpleAggregate> bound,
                                         std::vector<DataType> argument_types,
                                         std::vector<int> order) {
  return std::make_shared<SimpleAggregate>(
      std::move(argument_types), bound->return_type(), true, bound->buffer_fields(),
      [bound, order] { return std::make_unique<Reordered>(bound->NewAccumulator(), order); });
}

/// `percentile(col, percentage[, frequency])`
Bound BindPercentile(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, NumberArgument(request, 0));
  PercentileForm form;
  ARROW_ASSIGN_OR_RAISE(form.percentages, PercentageArgument(request, 1));
  std::vector<DataType> types{type, request.type(1)};
  std::vector<int> order{0};
  if (request.size() == 3) {
    if (!request.type(2).is_integral()) {
      return UnexpectedInputType(request, 2, Quoted("INTEGRAL"));
    }
    types.push_back(TypeId::kLong);
    order.push_back(2);
  }
  auto bound = Reorder(MakePercentile({}, type, std::move(form)), std::move(types),
                       std::move(order));
  if (request.size() == 2) bound->set_defaults({"1"});
  return std::shared_ptr<const BoundAggregate>(std::move(bound));
}

Bound BindMedian(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, NumberArgument(request, 0));
  return std::shared_ptr<const BoundAggregate>(
      MakePercentile({type}, type, {{{0.5}, false}, false, false}));
}

/// percentile_cont(percentage) and percentile_disc(percentage) WITHIN GROUP (ORDER BY col)
template <bool discrete>
Bound BindOrderedPercentile(const BindRequest& request) {
  const auto* order = As<SortOrder>(*request.arguments[request.size() - 1]);
  if (!order) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`" + std::string(request.name) + "`"},
                      {"expectedNum", "1"},
                      {"actualNum", std::to_string(request.size())}});
  }
  ARROW_ASSIGN_OR_RAISE(DataType type, NumberArgument(request, 1));
  PercentileForm form;
  ARROW_ASSIGN_OR_RAISE(form.percentages, PercentageArgument(request, 0));
  form.discrete = discrete;
  form.reverse = !order->ascending();
  auto bound = Reorder(MakePercentile({}, type, form), {request.type(0), type}, {1});
  bound->set_named_arguments(1);
  bound->set_order_text([reverse = form.reverse](const std::vector<std::string>& arguments) {
    return arguments[1] + (reverse ? " DESC" : "");
  });
  return std::shared_ptr<const BoundAggregate>(std::move(bound));
}

/// Which of the most frequent values is chosen.
enum class ModeChoice { kFirst, kLeast, kGreatest };

class ModeValues final : public CountedValues {
 public:
  ModeValues(DataType type, ModeChoice choice) : CountedValues(std::move(type)), choice_(choice) {}

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    ARROW_ASSIGN_OR_RAISE(auto values, Values());
    const std::unique_ptr<const ValueOrder> order = ValueOrder::Make(type());
    std::vector<int64_t> modes;
    for (const std::vector<int64_t>& places : PlacesByGroup()) {
      int64_t best = kNoElement;
      for (const int64_t place : places) {
        if (best == kNoElement || counts()[place] > counts()[best]) {
          best = place;
        } else if (counts()[place] == counts()[best] && choice_ != ModeChoice::kFirst) {
          const int compared = order->Compare(*values, place, *values, best);
          if (choice_ == ModeChoice::kLeast ? compared < 0 : compared > 0) best = place;
        }
      }
      modes.push_back(best);
    }
    return TakeElements(values, modes);
  }

 private:
  ModeChoice choice_;
};

/// `mode(col[, deterministic])`, or `mode() WITHIN GROUP (ORDER BY col)`
Bound BindMode(const BindRequest& request) {
  const auto* order = As<SortOrder>(*request.arguments[0]);
  ModeChoice choice = ModeChoice::kFirst;
  std::vector<DataType> types{request.type(0)};
  bool deterministic = false;
  if (request.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(const Value value,
                          ConstantArgument(request, 1, TypeId::kBoolean, "deterministic"));
    if (value.is_null()) {
      return MakeError(
          "DATATYPE_MISMATCH.UNEXPECTED_NULL",
          {{"sqlExpr", Quoted(request.arguments[1]->Sql())}, {"exprName", "deterministic"}});
    }
    deterministic = value.Get<bool>();
    if (deterministic) choice = ModeChoice::kLeast;
    types.push_back(TypeId::kBoolean);
  }
  if (order) choice = order->ascending() ? ModeChoice::kLeast : ModeChoice::kGreatest;
  const DataType type = request.type(0);
  if (!IsOrderable(type)) return NotOrderable(request, type);
  auto bound = std::make_shared<SimpleAggregate>(
      std::vector<DataType>{type}, type, true, std::vector<StructField>{{"buf", TypeId::kBinary}},
      [type, choice] { return std::make_unique<ModeValues>(type, choice); });
  if (request.size() == 2) {
    // Only the first argument is a column; the second would be taken for a number of times.
    bound = Reorder(std::move(bound), std::move(types), {0});
    bound->set_named_arguments(1);
  }
  if (order || deterministic) {
    bound->set_named_arguments(0);
    // As Spark has it: the name shows the opposite direction.
    bound->set_order_text([choice](const std::vector<std::string>& arguments) {
      return arguments[0] + (choice == ModeChoice::kLeast ? " DESC" : "");
    });
  }
  return std::shared_ptr<const BoundAggregate>(std::move(bound));
}

constexpr AggregateFunctionDefinition kPercentileAggregates[] = {
    {"percentile",
     2,
     3,
     {"`percentile(col, percentage[, frequency])`: the exact percentile.", "2.1.0"},
     BindPercentile},
    {"median", 1, 1, {"`median(col)`: the value in the middle.", "3.4.0"}, BindMedian},
    {"percentile_cont",
     1,
     2,
     {"`percentile_cont(percentage) WITHIN GROUP (ORDER BY col)`: the "
      "percentile, between values where none is there.",
      "4.0.0"},
     BindOrderedPercentile<false>},
    {"percentile_disc",
     1,
     2,
     {"`percentile_disc(percentage) WITHIN GROUP (ORDER BY col)`: the "
      "percentile, one of the values.",
      "4.0.0"},
     BindOrderedPercentile<true>},
    {"mode", 1, 2, {"`mode(col[, deterministic])`: the most frequent value.", "3.4.0"}, BindMode},
};

}  // namespace

std::span<const AggregateFunctionDefinition> PercentileAggregates() {
  return kPercentileAggregates;
}

}  // namespace firesteel
