#include <optional>
#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "expr/aggregate.h"
#include "expr/window.h"
#include "expr/window_function.h"
#include "functions/constant.h"
#include "functions/registry.h"
#include "plan/windows.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;

/// A constant number, of rows or parts.
Result<int64_t> NumberOf(const ExpressionPtr& number) {
  if (!IsFoldable(*number)) {
    return InternalError("A window's number is not a constant: " + number->Sql());
  }
  ARROW_ASSIGN_OR_RAISE(const Value value, EvaluateConstant(*number));
  if (value.Is<int32_t>()) return value.Get<int32_t>();
  if (value.Is<int64_t>()) return value.Get<int64_t>();
  return InternalError("A window's number is none: " + number->Sql());
}

class BoundPlanner {
 public:
  BoundPlanner(const Expressions& order, const std::vector<AttributePtr>& columns,
               std::string time_zone)
      : order_(order), columns_(columns) {
    settings_.time_zone = std::move(time_zone);
  }

  Result<WindowBound> Plan(WindowFrame::Unit unit, WindowFrame::Bound bound,
                           const ExpressionPtr& offset) const {
    WindowBound planned;
    const bool rows = unit == WindowFrame::Unit::kRows;
    switch (bound) {
      case WindowFrame::Bound::kUnboundedPreceding:
      case WindowFrame::Bound::kUnboundedFollowing: return planned;
      case WindowFrame::Bound::kCurrentRow:
        planned.kind = rows ? WindowBound::Kind::kRow : WindowBound::Kind::kPeers;
        return planned;
      default: break;
    }
    const bool preceding = bound == WindowFrame::Bound::kPreceding;
    if (rows) {
      planned.kind = WindowBound::Kind::kRow;
      ARROW_ASSIGN_OR_RAISE(planned.rows, NumberOf(offset));
      if (preceding) planned.rows = -planned.rows;
      return planned;
    }
    planned.kind = WindowBound::Kind::kValue;
    ARROW_ASSIGN_OR_RAISE(planned.value, ValueAt(offset, preceding));
    return planned;
  }

 private:
  /// What the order column is compared with. What comes before is greater in a descending order.
  Result<ExpressionPtr> ValueAt(const ExpressionPtr& offset, bool preceding) const {
    if (order_.size() != 1) return InternalError("A frame by value needs one order.");
    const auto* order = As<SortOrder>(order_[0]);
    const ExpressionPtr& column = order->child(0);
    const char* sign = preceding == order->ascending() ? "-" : "+";
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr value,
                          BindCall(sign, {column, offset}, false, nullptr, settings_));
    if (!value->type().SameType(column->type())) {
      value = std::make_shared<Cast>(std::move(value), column->type(),
                                     CastOptions{true, false, settings_.time_zone}, true);
    }
    return BindReferences(value, columns_);
  }

  const Expressions& order_;
  const std::vector<AttributePtr>& columns_;
  FunctionSettings settings_;
};

PlannedWindowFunction::Kind PlannedKind(WindowFunctionKind kind) {
  using Planned = PlannedWindowFunction::Kind;
  switch (kind) {
    case WindowFunctionKind::kRowNumber: return Planned::kRowNumber;
    case WindowFunctionKind::kRank: return Planned::kRank;
    case WindowFunctionKind::kDenseRank: return Planned::kDenseRank;
    case WindowFunctionKind::kPercentRank: return Planned::kPercentRank;
    case WindowFunctionKind::kCumeDist: return Planned::kCumeDist;
    case WindowFunctionKind::kNtile: return Planned::kNtile;
    case WindowFunctionKind::kLag:
    case WindowFunctionKind::kLead: return Planned::kLag;
    case WindowFunctionKind::kNthValue: return Planned::kNthValue;
    case WindowFunctionKind::kCounterDiff: return Planned::kCounterDifference;
  }
  return Planned::kRowNumber;
}

Result<PlannedWindowFunction> PlanCall(const WindowFunctionCall& call,
                                       const std::vector<AttributePtr>& columns) {
  PlannedWindowFunction planned;
  planned.kind = PlannedKind(call.function());
  planned.ignore_nulls = call.ignore_nulls();
  switch (planned.kind) {
    case PlannedWindowFunction::Kind::kNtile: {
      ARROW_ASSIGN_OR_RAISE(planned.number, NumberOf(call.child(0)));
      return planned;
    }
    case PlannedWindowFunction::Kind::kLag:
    case PlannedWindowFunction::Kind::kNthValue: {
      ARROW_ASSIGN_OR_RAISE(planned.value, BindReferences(call.child(0), columns));
      ARROW_ASSIGN_OR_RAISE(planned.number, NumberOf(call.child(1)));
      break;
    }
    case PlannedWindowFunction::Kind::kCounterDifference: {
      ARROW_ASSIGN_OR_RAISE(planned.value, BindReferences(call.child(0), columns));
      if (call.children().size() < 2) return planned;
      ARROW_ASSIGN_OR_RAISE(planned.otherwise, BindReferences(call.child(1), columns));
      return planned;
    }
    default: return planned;
  }
  if (planned.kind != PlannedWindowFunction::Kind::kLag) return planned;
  if (call.function() == WindowFunctionKind::kLead) planned.number = -planned.number;
  const auto* otherwise = As<Literal>(call.child(2));
  if (otherwise == nullptr || !otherwise->value().is_null()) {
    ARROW_ASSIGN_OR_RAISE(planned.otherwise, BindReferences(call.child(2), columns));
  }
  return planned;
}

Result<PlannedWindowFunction> PlanAggregateCall(const WindowExpression& window,
                                                const AggregateCall& call,
                                                const std::vector<AttributePtr>& columns) {
  PlannedWindowFunction planned;
  planned.kind = PlannedWindowFunction::Kind::kAggregate;
  planned.aggregate.function =
      std::shared_ptr<const BoundAggregate>(window.function(), &call.bound());
  ARROW_ASSIGN_OR_RAISE(planned.aggregate.arguments, BindReferences(call.arguments(), columns));
  if (call.has_filter()) {
    ARROW_ASSIGN_OR_RAISE(planned.aggregate.filter, BindReferences(call.filter(), columns));
  }
  planned.aggregate.distinct = call.distinct();
  planned.aggregate.text = call.Sql();
  return planned;
}

Result<PlannedWindowFunction> PlanFunction(const WindowExpression& window,
                                           const std::vector<AttributePtr>& columns) {
  const auto* aggregate = As<AggregateCall>(window.function());
  const auto* call = As<WindowFunctionCall>(window.function());
  if ((aggregate == nullptr && call == nullptr) || !window.frame()) {
    return InternalError("No window function that can be run: " + window.Sql());
  }
  ARROW_ASSIGN_OR_RAISE(PlannedWindowFunction planned,
                        call != nullptr ? PlanCall(*call, columns)
                                        : PlanAggregateCall(window, *aggregate, columns));
  if (planned.kind != PlannedWindowFunction::Kind::kAggregate &&
      planned.kind != PlannedWindowFunction::Kind::kNthValue) {
    return planned;
  }
  const Expressions order = window.order();
  const WindowFrame& frame = *window.frame();
  const BoundPlanner bounds(order, columns, frame.time_zone.empty() ? "UTC" : frame.time_zone);
  ARROW_ASSIGN_OR_RAISE(planned.lower,
                        bounds.Plan(frame.unit, frame.lower, window.lower_offset()));
  ARROW_ASSIGN_OR_RAISE(planned.upper,
                        bounds.Plan(frame.unit, frame.upper, window.upper_offset()));
  return planned;
}

}  // namespace

Result<PhysicalPlanPtr> PlanWindow(const PlanPtr& plan, Planning* planning) {
  const auto* window = As<ComputeWindows>(plan);
  if (window == nullptr) return nullptr;
  if (window->is_streaming()) {
    return InternalError("A stream has no windows of rows: " + window->Describe());
  }
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(window->child()));
  const std::vector<AttributePtr> columns = window->child()->output();
  ARROW_ASSIGN_OR_RAISE(Expressions partition, BindReferences(window->partition(), columns));
  ARROW_ASSIGN_OR_RAISE(Expressions order, BindReferences(window->order(), columns));
  Expressions sorting;
  for (const ExpressionPtr& key : partition) {
    sorting.push_back(std::make_shared<SortOrder>(key, true, true));
  }
  sorting.insert(sorting.end(), order.begin(), order.end());
  ARROW_ASSIGN_OR_RAISE(child, NewSort(std::move(child), std::move(sorting)));
  std::vector<PlannedWindowFunction> functions;
  for (const ExpressionPtr& function : window->functions()) {
    const auto* expression =
        As<WindowExpression>(As<Alias>(function) ? function->child(0) : function);
    if (expression == nullptr) return InternalError("No window: " + function->Sql());
    ARROW_ASSIGN_OR_RAISE(PlannedWindowFunction planned, PlanFunction(*expression, columns));
    functions.push_back(std::move(planned));
  }
  return NewWindow(std::move(child), std::move(partition), std::move(order), std::move(functions),
                   plan->schema());
}

}  // namespace firesteel
