#include <algorithm>
#include <limits>
#include <utility>

#include "optimizer/rules.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/recursion.h"

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

PlanPtr Limited(int64_t count, const PlanPtr& plan) {
  const auto* limited = As<Limit>(plan);
  if (limited != nullptr && limited->count() <= count) return plan;
  return std::make_shared<Limit>(count, plan);
}

/// An outer join gives at least one row for each row of the side that it keeps; one without a
/// condition needs no more than so many rows of either side.
Result<PlanPtr> PushIntoJoin(const Limit& limit, const Join& join) {
  const bool inner = join.type() == JoinType::kInner || join.type() == JoinType::kCross;
  const bool pairs = inner && join.condition() == nullptr;
  PlanPtr left = join.left();
  PlanPtr right = join.right();
  if (pairs || join.type() == JoinType::kLeftOuter || join.type() == JoinType::kExistence) {
    left = Limited(limit.count(), left);
  }
  if (pairs || join.type() == JoinType::kRightOuter) right = Limited(limit.count(), right);
  if (left == join.left() && right == join.right()) return PlanPtr();
  return limit.WithNewChildren({join.WithNewChildren({std::move(left), std::move(right)})});
}

/// The offset's rows are needed too; what it gives is then no more than the limit says.
Result<PlanPtr> PushThroughOffset(const Limit& limit, const SkipRows& skip) {
  if (limit.count() > std::numeric_limits<int64_t>::max() - skip.count()) return PlanPtr();
  return skip.WithNewChildren(
      {std::make_shared<Limit>(limit.count() + skip.count(), skip.child())});
}

Result<PlanPtr> PushLimit(const PlanPtr& node) {
  const auto* limit = As<Limit>(node);
  if (limit == nullptr) return PlanPtr();
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
  // Of each batch alone nothing may be left out: which rows are the first depends on all before.
  if (node->is_streaming()) return PlanPtr();
  if (const auto* all = As<Union>(child)) return PushIntoUnion(*limit, *all);
  if (const auto* join = As<Join>(child)) return PushIntoJoin(*limit, *join);
  if (const auto* skip = As<SkipRows>(child)) return PushThroughOffset(*limit, *skip);
  if (const auto* recursion = As<Recursion>(child)) {
    if (recursion->limit() && *recursion->limit() <= limit->count()) return PlanPtr();
    return limit->WithNewChildren({recursion->WithLimit(limit->count())});
  }
  return PlanPtr();
}

}  // namespace

Result<PlanPtr> PushLimits(const PlanPtr& plan) {
  return TransformDown<LogicalPlan>(plan, PushLimit);
}

}  // namespace firesteel
