#include "planner/planner.h"

#include <utility>

#include "common/error.h"
#include "exec/scalar_subquery.h"
#include "exec/stateful/late_row_keeper.h"
#include "plan/subqueries.h"
#include "planner/strategies.h"
#include "planner/user_functions.h"

namespace firesteel {

namespace {

// Every kind of resolved node belongs to exactly one family, so the order is only that of reading.
constexpr Strategy kStrategies[] = {
    PlanUserFunctions,  // calls of the client's functions
    PlanRelation,       // leaves: scans, ranges and rows held in the plan
    PlanProjection,     // Project, Filter, SubqueryAlias, EventTimeWatermark
    PlanAggregation,    // Aggregate, in batch and streaming
    PlanMetrics,        // CollectMetrics
    PlanDeduplication,  // Deduplicate of a stream
    PlanOrdering,       // Sort, Limit, SkipRows
    PlanStreamingJoin,  // Join of two streams
    PlanJoin,           // Join of all types
    PlanWindow,         // Window
    PlanRecursion,      // Recursion and its input
    PlanCombination,    // Union, Generate, Expand, Repartition
};

}  // namespace

Result<PhysicalPlanPtr> Planning::Plan(const PlanPtr& plan) {
  for (const Strategy strategy : kStrategies) {
    ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr planned, strategy(plan, this));
    if (planned) return planned;
  }
  return InternalError("No strategy plans " + plan->Describe());
}

PhysicalPlanPtr Planning::WithLateRowsKept(PhysicalPlanPtr input, ExpressionPtr event_time,
                                           int operator_id, std::string side) const {
  if (!context_.keep_late_rows) return input;
  return std::make_shared<LateRowKeeper>(std::move(input), std::move(event_time), operator_id,
                                         std::move(side));
}

/// Puts values that are known when a run begins in the place of scalar subqueries.
Result<PlanPtr> Planning::TakeSubqueriesOut(const PlanPtr& plan) {
  return TransformAllExpressions(plan, [this](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    const auto* subquery = As<SubqueryExpression>(e);
    if (subquery == nullptr) return ExpressionPtr();
    if (subquery->form() != SubqueryExpression::Form::kScalar || !subquery->outer().empty()) {
      return InternalError("A subquery is left that should be a join: " + e->Sql());
    }
    // The same one may stand in several places: in a filter and in the one pushed below a union.
    ExpressionPtr& value = subquery_values_[subquery->plan().get()];
    if (value) return value;
    ARROW_ASSIGN_OR_RAISE(PlanPtr inner, TakeSubqueriesOut(subquery->plan()));
    ARROW_ASSIGN_OR_RAISE(inner, EvaluateUserCalls(inner));
    ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr planned, Plan(inner));
    value = std::make_shared<SubqueryValue>(static_cast<int>(subqueries_.size()), e->type());
    subqueries_.push_back(std::move(planned));
    return value;
  });
}

Result<PhysicalPlanPtr> Planning::PlanRoot(const PlanPtr& plan) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr root, TakeSubqueriesOut(plan));
  ARROW_ASSIGN_OR_RAISE(root, EvaluateUserCalls(root));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr planned, Plan(root));
  if (subqueries_.empty()) return planned;
  return NewWithSubqueries(std::move(planned), std::move(subqueries_));
}

Result<PhysicalPlanPtr> PlanQuery(const PlanPtr& plan, const PlanningContext& context) {
  if (!plan->resolved()) return InternalError("An unresolved plan cannot be planned.");
  if (plan->is_streaming() && !context.output_mode) {
    return InternalError("A streaming plan needs an output mode.");
  }
  Planning planning(context);
  return planning.PlanRoot(plan);
}

}  // namespace firesteel
