#include "planner/planner.h"

#include "common/error.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

// Every kind of resolved node belongs to exactly one family, so the order is only that of reading.
constexpr Strategy kStrategies[] = {
    PlanRelation,     // leaves: scans and rows held in the plan
    PlanProjection,   // Project, Filter, SubqueryAlias
    PlanAggregation,  // Aggregate, in batch and streaming
    PlanOrdering,     // Sort, Limit
    PlanCombination,  // Union, Generate
};

}  // namespace

Result<PhysicalPlanPtr> Planning::Plan(const PlanPtr& plan) {
  for (const Strategy strategy : kStrategies) {
    ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr planned, strategy(plan, this));
    if (planned) return planned;
  }
  return InternalError("No strategy plans " + plan->Describe());
}

Result<PhysicalPlanPtr> PlanQuery(const PlanPtr& plan, const PlanningContext& context) {
  if (!plan->resolved()) return InternalError("An unresolved plan cannot be planned.");
  if (plan->is_streaming() && !context.output_mode) {
    return InternalError("A streaming plan needs an output mode.");
  }
  Planning planning(context);
  return planning.Plan(plan);
}

}  // namespace firesteel
