#include <utility>

#include "analyzer/rules.h"
#include "analyzer/window_extraction.h"
#include "common/error.h"
#include "plan/operators.h"
#include "plan/windows.h"

namespace firesteel {

namespace {

/// Whether the list of the SELECT below has windows, which are in nodes of their own by now.
bool GivesWindows(const PlanPtr& plan) {
  if (plan->kind() == PlanKind::kWindow) return true;
  return (plan->kind() == PlanKind::kProject || plan->kind() == PlanKind::kFilter) &&
         GivesWindows(plan->child());
}

/// The first call of an aggregate function that is not that of a window; may be null.
ExpressionPtr PlainAggregate(const ExpressionPtr& expression) {
  if (expression->kind() == ExpressionKind::kAggregate) return expression;
  const bool is_window = expression->kind() == ExpressionKind::kWindow;
  for (size_t i = is_window ? 1 : 0; i < expression->children().size(); ++i) {
    if (ExpressionPtr found = PlainAggregate(expression->children()[i])) return found;
  }
  return nullptr;
}

}  // namespace

Result<PlanPtr> ResolveQualify(const PlanPtr& node, Resolver*) {
  const auto* qualify = As<Qualify>(node);
  if (qualify == nullptr || !qualify->condition()->resolved()) return node;
  const ExpressionPtr& condition = qualify->condition();
  if (const ExpressionPtr call = PlainAggregate(condition)) {
    return MakeError("QUALIFY_AGGREGATE_NOT_ALLOWED",
                     {{"aggregateExpr", "\"" + call->Sql() + "\""}});
  }
  if (!HasWindow(condition)) {
    if (!GivesWindows(qualify->child())) return MakeError("QUALIFY_REQUIRES_WINDOW_FUNCTION");
    return PlanPtr(std::make_shared<Filter>(condition, qualify->child()));
  }
  WindowExtraction extraction(qualify->child());
  const std::vector<ExpressionPtr> taken = extraction.Take({condition});
  std::vector<ExpressionPtr> visible;
  for (const AttributePtr& column : qualify->child()->output()) visible.push_back(column);
  return PlanPtr(std::make_shared<Project>(
      std::move(visible), std::make_shared<Filter>(taken[0], extraction.plan())));
}

}  // namespace firesteel
