#include <utility>

#include "optimizer/conjunction.h"
#include "optimizer/rules.h"
#include "plan/operators.h"

namespace firesteel {

Result<PlanPtr> CombineFilters(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, [](const PlanPtr& node) -> Result<PlanPtr> {
    const auto* outer = As<Filter>(node);
    const auto* inner = outer == nullptr ? nullptr : As<Filter>(outer->child());
    if (inner == nullptr || !inner->condition()->deterministic() ||
        !outer->condition()->deterministic()) {
      return PlanPtr();
    }
    std::vector<ExpressionPtr> parts = SplitConjunction(inner->condition());
    for (ExpressionPtr& part : SplitConjunction(outer->condition())) {
      parts.push_back(std::move(part));
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, JoinConjunction(parts));
    return PlanPtr(std::make_shared<Filter>(std::move(condition), inner->child()));
  });
}

}  // namespace firesteel
