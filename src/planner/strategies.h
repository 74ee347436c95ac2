#pragma once

#include <map>
#include <string>
#include <vector>

#include "exec/physical_plan.h"
#include "exec/recursion.h"
#include "exec/stateful/state_options.h"
#include "planner/planner.h"

namespace firesteel {

class CollectMetrics;

/// What one planning carries from node to node: the settings and the next operator id. Not
/// thread-safe.
class Planning {
 public:
  explicit Planning(const PlanningContext& context) : context_(context) {}

  const PlanningContext& context() const { return context_; }
  /// Plans a node and what is below it by the first strategy that knows it.
  Result<PhysicalPlanPtr> Plan(const PlanPtr& plan);
  /// Parents are planned before their children, so ids count from the sink towards the sources.
  int NextOperatorId() { return next_operator_id_++; }
  /// The same, with what else the state of the operator depends on.
  StateOptions NextStateOptions() {
    return {.operator_id = NextOperatorId(),
            .shuffle_partitions = context_.shuffle_partitions,
            .compression_codec = context_.state_compression_codec,
            .minimum_deltas_for_snapshot = context_.minimum_deltas_for_snapshot,
            .minimum_batches_to_retain = context_.minimum_batches_to_retain};
  }
  /// Puts a LateRowKeeper in front of the stateful operator with this id, if rows are to be kept.
  /// `event_time` is bound to `input`; `side` as LateRowKeeper has it.
  PhysicalPlanPtr WithLateRowsKept(PhysicalPlanPtr input, ExpressionPtr event_time, int operator_id,
                                   std::string side = "") const;
  /// The links of the recursions around the node being planned, by their numbers.
  std::map<int64_t, std::shared_ptr<const RecursionLink>>& recursions() { return recursions_; }
  /// Plans a whole query: its scalar subqueries run before it.
  Result<PhysicalPlanPtr> PlanRoot(const PlanPtr& plan);

 private:
  Result<PlanPtr> TakeSubqueriesOut(const PlanPtr& plan);

  const PlanningContext& context_;
  int next_operator_id_ = 0;
  std::vector<PhysicalPlanPtr> subqueries_;  // in the order in which they run
  std::map<const LogicalPlan*, ExpressionPtr> subquery_values_;
  std::map<int64_t, std::shared_ptr<const RecursionLink>> recursions_;
};

/// Plans the nodes of one family; nullptr for a node of another.
using Strategy = Result<PhysicalPlanPtr> (*)(const PlanPtr& plan, Planning* planning);

Result<PhysicalPlanPtr> PlanRelation(const PlanPtr& plan, Planning* planning);
Result<PhysicalPlanPtr> PlanProjection(const PlanPtr& plan, Planning* planning);
Result<PhysicalPlanPtr> PlanAggregation(const PlanPtr& plan, Planning* planning);
/// CollectMetrics. What gives no more than `row_limit` rows to anybody observes no more of them.
Result<PhysicalPlanPtr> PlanMetrics(const PlanPtr& plan, Planning* planning);
Result<PhysicalPlanPtr> PlanLimitedMetrics(const CollectMetrics& node, int64_t row_limit,
                                           Planning* planning);
Result<PhysicalPlanPtr> PlanDeduplication(const PlanPtr& plan, Planning* planning);
Result<PhysicalPlanPtr> PlanOrdering(const PlanPtr& plan, Planning* planning);
Result<PhysicalPlanPtr> PlanJoin(const PlanPtr& plan, Planning* planning);
/// As PlanJoin, for a join of two streams.
Result<PhysicalPlanPtr> PlanStreamingJoin(const PlanPtr& plan, Planning* planning);
Result<PhysicalPlanPtr> PlanWindow(const PlanPtr& plan, Planning* planning);
Result<PhysicalPlanPtr> PlanRecursion(const PlanPtr& plan, Planning* planning);
Result<PhysicalPlanPtr> PlanCombination(const PlanPtr& plan, Planning* planning);

}  // namespace firesteel
