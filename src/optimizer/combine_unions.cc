#include <algorithm>
#include <utility>

#include "optimizer/rules.h"
#include "plan/operators.h"

namespace firesteel {

Result<PlanPtr> CombineUnions(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, [](const PlanPtr& node) -> Result<PlanPtr> {
    const auto* all = As<Union>(node);
    const auto is_union = [](const PlanPtr& child) { return As<Union>(child) != nullptr; };
    if (all == nullptr ||
        std::none_of(all->children().begin(), all->children().end(), is_union)) {
      return PlanPtr();
    }
    // Columns belong together by position, so the inner union's own ids do not matter.
    std::vector<PlanPtr> children;
    for (const PlanPtr& child : all->children()) {
      if (is_union(child)) {
        children.insert(children.end(), child->children().begin(), child->children().end());
      } else {
        children.push_back(child);
      }
    }
    return all->WithNewChildren(std::move(children));
  });
}

}  // namespace firesteel
