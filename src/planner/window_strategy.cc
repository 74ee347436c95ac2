#include <optional>
#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "expr/aggregate.h"
#include "expr/window.h"
#include "functions/registry.h"
#include "plan/windows.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;

/// A constant number of rows.
Result<int64_t> RowsOf(const ExpressionPtr& offset) {
  const auto* literal = As<Literal>(offset);
  if (literal != nullptr && literal->value().Is<int32_t>()) return literal->value().Get<int32_t>();
  if (literal != nullptr && literal->value().Is<int64_t>()) return literal->value().Get<int64_t>();
  return InternalError("A frame's offset in rows is not a number: " + offset->Sql());
}

class BoundPlanner {
 public:
  BoundPlanner(const Expressions& order, const std::vector<AttributePtr>& columns)
      : order_(order), columns_(columns) {}

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
      ARROW_ASSIGN_OR_RAISE(planned.rows, RowsOf(offset));
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
                          BindCall(sign, {column, offset}, false, nullptr, {}));
    if (!value->type().SameType(column->type())) {
      value = std::make_shared<Cast>(std::move(value), column->type(), CastOptions(), true);
    }
    return BindReferences(value, columns_);
  }

  const Expressions& order_;
  const std::vector<AttributePtr>& columns_;
};

Result<PlannedWindowFunction> PlanFunction(const WindowExpression& window,
                                           const std::vector<AttributePtr>& columns) {
  PlannedWindowFunction planned;
  const auto* call = As<AggregateCall>(window.function());
  if (call == nullptr || !window.frame()) {
    return InternalError("No window function that can be run: " + window.Sql());
  }
  planned.kind = PlannedWindowFunction::Kind::kAggregate;
  planned.aggregate.function =
      std::shared_ptr<const BoundAggregate>(window.function(), &call->bound());
  ARROW_ASSIGN_OR_RAISE(planned.aggregate.arguments, BindReferences(call->arguments(), columns));
  if (call->has_filter()) {
    ARROW_ASSIGN_OR_RAISE(planned.aggregate.filter, BindReferences(call->filter(), columns));
  }
  planned.aggregate.distinct = call->distinct();
  planned.aggregate.text = call->Sql();
  const Expressions order = window.order();
  const BoundPlanner bounds(order, columns);
  const WindowFrame& frame = *window.frame();
  ARROW_ASSIGN_OR_RAISE(planned.lower,
                        bounds.Plan(frame.unit, frame.lower, window.lower_offset()));
  ARROW_ASSIGN_OR_RAISE(planned.upper,
                        bounds.Plan(frame.unit, frame.upper, window.upper_offset()));
  return planned;
}

}  // namespace

Result<PhysicalPlanPtr> PlanWindow(const PlanPtr& plan, Planning* planning) {
  const auto* window = As<Window>(plan);
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
