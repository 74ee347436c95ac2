#include <memory>
#include <utility>
#include <vector>

#include "functions/aggregate_support.h"
#include "functions/coercion.h"
#include "functions/extremes_by.h"
#include "functions/ordering.h"
#include "functions/registry.h"
#include "functions/value_slots.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

/// The first or last value in the order of arrival.
///   first (or last)  the value
///   valueSet         BOOLEAN
class EdgeValue final : public Accumulator {
 public:
  EdgeValue(DataType type, bool last, bool ignore_nulls)
      : slots_(std::move(type)), last_(last), ignore_nulls_(ignore_nulls) {}

  Status Resize(int64_t groups) override {
    slots_.Resize(groups);
    set_.resize(groups, 0);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    return Add(arguments[0], nullptr, groups);
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const BooleanReader value_set(BufferColumn(buffers[1]));
    return Add(BufferColumn(buffers[0]), &value_set, groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, Finish());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> set, MakeBooleanArray(set_, {}));
    return std::vector{std::move(values), std::move(set)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override { return slots_.Finish(); }

 private:
  /// `value_set` is given when merging: rows without a value bring nothing.
  Status Add(const ColumnVector& column, const BooleanReader* value_set,
             std::span<const int32_t> groups) {
    ARROW_RETURN_NOT_OK(slots_.StartColumn(column));
    const arrow::Array& array = *column.values;
    for (size_t i = 0; i < groups.size(); ++i) {
      const int32_t group = groups[i];
      const auto row = static_cast<int64_t>(i);
      if (group < 0 || (!last_ && set_[group])) continue;
      if (value_set && (value_set->IsNull(row) || !(*value_set)[row])) continue;
      if (!value_set && ignore_nulls_ && array.IsNull(column.constant ? 0 : row)) continue;
      slots_.Set(group, row);
      set_[group] = 1;
    }
    return Status::OK();
  }

  ValueSlots slots_;
  bool last_;
  bool ignore_nulls_;
  std::vector<uint8_t> set_;
};

template <bool last>
Bound BindEdge(const BindRequest& request) {
  bool ignore_nulls = false;
  std::vector<DataType> types{request.type(0)};
  if (request.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(Value value,
                          ConstantArgument(request, 1, TypeId::kBoolean, "ignoreNulls"));
    ignore_nulls = !value.is_null() && value.Get<bool>();
    types.push_back(TypeId::kBoolean);
  }
  const DataType type = request.type(0);
  auto bound = std::make_shared<SimpleAggregate>(
      std::move(types), type, true,
      std::vector<StructField>{{last ? "last" : "first", type}, {"valueSet", TypeId::kBoolean}},
      [type, ignore_nulls] { return std::make_unique<EdgeValue>(type, last, ignore_nulls); });
  bound->set_named_arguments(1);
  return bound;
}

/// The value that comes with the extreme of another one; of equals, the latest.
///   valueWithExtremumOrdering  the value
///   extremumOrdering           what it is ordered by
class ExtremeBy final : public Accumulator {
 public:
  ExtremeBy(DataType value, DataType ordering, bool greatest)
      : order_(ValueOrder::Make(ordering)),
        values_(std::move(value)),
        orderings_(std::move(ordering)),
        greatest_(greatest) {}

  Status Resize(int64_t groups) override {
    values_.Resize(groups);
    orderings_.Resize(groups);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    ARROW_RETURN_NOT_OK(values_.StartColumn(arguments[0]));
    ARROW_RETURN_NOT_OK(orderings_.StartColumn(arguments[1]));
    const ColumnVector& ordering = arguments[1];
    ForEachSet(ordering, groups, [&](int32_t group, int64_t row) {
      if (!orderings_.IsNull(group)) {
        const int order = order_->Compare(*ordering.values, ordering.constant ? 0 : row,
                                          orderings_.array(group), orderings_.index(group));
        if (greatest_ ? order < 0 : order > 0) return;
      }
      values_.Set(group, row);
      orderings_.Set(group, row);
    });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const ColumnVector columns[] = {BufferColumn(buffers[0]), BufferColumn(buffers[1])};
    return Update(columns, groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, values_.Finish());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> orderings, orderings_.Finish());
    return std::vector{std::move(values), std::move(orderings)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override { return values_.Finish(); }

 private:
  std::unique_ptr<const ValueOrder> order_;
  ValueSlots values_;
  ValueSlots orderings_;
  bool greatest_;
};

template <bool greatest>
Bound BindExtremeBy(const BindRequest& request) {
  if (request.size() == 3) return BindExtremesBy(request, greatest);
  const DataType value = request.type(0);
  const DataType ordering = request.type(1);
  if (!IsOrderable(ordering)) return NotOrderable(request, ordering);
  return std::make_shared<const SimpleAggregate>(
      std::vector{value, ordering}, value, true,
      std::vector<StructField>{{"valueWithExtremumOrdering", value},
                               {"extremumOrdering", ordering}},
      [value, ordering] { return std::make_unique<ExtremeBy>(value, ordering, greatest); });
}

constexpr AggregateFunctionDefinition kOrderedAggregates[] = {
    {"first", 1, 2, {"`first(expr[, ignoreNulls])`: the first value.", "2.0.0"}, BindEdge<false>},
    {"first_value",
     1,
     2,
     {"`first_value(expr[, ignoreNulls])`: the first value.", "2.0.0"},
     BindEdge<false>},
    {"any_value",
     1,
     2,
     {"`any_value(expr[, ignoreNulls])`: some value.", "3.4.0"},
     BindEdge<false>},
    {"last", 1, 2, {"`last(expr[, ignoreNulls])`: the last value.", "2.0.0"}, BindEdge<true>},
    {"last_value",
     1,
     2,
     {"`last_value(expr[, ignoreNulls])`: the last value.", "2.0.0"},
     BindEdge<true>},
    {"max_by",
     2,
     3,
     {"`max_by(x, y[, k])`: the x that comes with the greatest y, or with the k greatest.",
      "3.0.0"},
     BindExtremeBy<true>},
    {"min_by",
     2,
     3,
     {"`min_by(x, y[, k])`: the x that comes with the least y, or with the k least.", "3.0.0"},
     BindExtremeBy<false>},
};

}  // namespace

std::span<const AggregateFunctionDefinition> OrderedAggregates() { return kOrderedAggregates; }

}  // namespace firesteel
