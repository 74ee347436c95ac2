#include "optimizer/rules.h"
#include "plan/operators.h"

namespace firesteel {

Result<PlanPtr> RemoveAliases(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, [](const PlanPtr& node) -> Result<PlanPtr> {
    return As<SubqueryAlias>(node) ? node->child() : PlanPtr();
  });
}

}  // namespace firesteel
