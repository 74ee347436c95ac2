#include <algorithm>
#include <utility>

#include "optimizer/rules.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

Result<PlanPtr> PushIntoUnion(const Limit& limit, const Union& all) {
  bool changed = false;
  std::vector<PlanPtr> children;
  for (const PlanPtr& child : all.children()) {
    const auto* limited = As<Limit>(child);
    const bool adds = limited == nullptr || limited->count() > limit.count();
    changed |= adds;
    children.push_back(adds ? std::make_shared<Limit>(limit.count(), child) : child);
  }
  if (!changed) return PlanPtr();
  return limit.WithNewChildren({all.WithNewChildren(std::move(children))});
}

Result<PlanPtr> PushOne(const PlanPtr& node) {
  const auto* limit = As<Limit>(node);
  if (limit == nullptr || node->is_streaming()) return PlanPtr();
  const PlanPtr& child = limit->child();
  if (const auto* inner = As<Limit>(child)) {
    return PlanPtr(
        std::make_shared<Limit>(std::min(limit->count(), inner->count()), inner->child()));
  }
  if (const auto* project = As<Project>(child)) {
    const bool deterministic =
        std::all_of(project->list().begin(), project->list().end(),
                    [](const ExpressionPtr& item) { return item->deterministic(); });
    if (!deterministic) return PlanPtr();
    return child->WithNewChildren({node->WithNewChildren({project->child()})});
  }
  if (const auto* all = As<Union>(child)) return PushIntoUnion(*limit, *all);
  return PlanPtr();
}

}  // namespace

Result<PlanPtr> PushLimits(const PlanPtr& plan) {
  return TransformDown<LogicalPlan>(plan, PushOne);
}

}  // namespace firesteel
