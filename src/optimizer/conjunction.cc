#include "optimizer/conjunction.h"

#include <utility>

#include "expr/function.h"
#include "functions/registry.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

void Split(const ExpressionPtr& condition, std::vector<ExpressionPtr>* parts) {
  const auto* call = As<ScalarFunction>(condition);
  if (call == nullptr || call->name() != "and") {
    parts->push_back(condition);
    return;
  }
  for (const ExpressionPtr& child : condition->children()) Split(child, parts);
}

/// A balanced tree, so that a thousand conditions do not nest a thousand levels deep.
Result<ExpressionPtr> JoinConditions(const std::vector<ExpressionPtr>& conditions, size_t first,
                                     size_t end) {
  if (end - first == 1) return conditions[first];
  const size_t middle = first + (end - first + 1) / 2;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr left, JoinConditions(conditions, first, middle));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr right, JoinConditions(conditions, middle, end));
  return BindCall("and", {std::move(left), std::move(right)}, false, nullptr, {});
}

}  // namespace

std::vector<ExpressionPtr> SplitConjunction(const ExpressionPtr& condition) {
  std::vector<ExpressionPtr> parts;
  Split(condition, &parts);
  return parts;
}

Result<ExpressionPtr> JoinConjunction(const std::vector<ExpressionPtr>& conditions) {
  return JoinConditions(conditions, 0, conditions.size());
}

Result<PlanPtr> FilterBy(const std::vector<ExpressionPtr>& conditions, PlanPtr child) {
  if (conditions.empty()) return child;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, JoinConjunction(conditions));
  return PlanPtr(std::make_shared<Filter>(std::move(condition), std::move(child)));
}

}  // namespace firesteel
