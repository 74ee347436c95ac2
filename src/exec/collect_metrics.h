#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exec/operators.h"
#include "firesteel/row.h"

namespace firesteel {

/// What an observation computes of the rows that come by.
struct PlannedMetrics {
  std::string name;
  int64_t node_id = 0;  ///< as in the logical plan
  std::vector<PlannedAggregate> aggregates;
  /// One per metric, bound to the results of `aggregates`.
  std::vector<ExpressionPtr> results;
  Schema schema;  ///< of the metrics
};

/// Passes rows on as they come and aggregates them by the way; the metrics are known when the run
/// has ended. Rows that nobody asks for, as those behind a LIMIT above, are not seen. Thread-safe
/// as every operator: what it gathers is kept in the ExecutionContext.
class CollectMetricsOperator final : public PhysicalPlan {
 public:
  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, PlannedMetrics metrics);
  CollectMetricsOperator(PhysicalPlanPtr child, PlannedMetrics metrics);

  const std::string& name() const { return metrics_.name; }
  int64_t node_id() const { return metrics_.node_id; }
  /// What was seen in a run that has ended; partitions count in their order.
  Result<Row> Metrics(ExecutionContext* execution) const;

  std::string Name() const override;
  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override;

 private:
  class Reader;
  struct Notes;

  PlannedMetrics metrics_;
  std::shared_ptr<const Schema> schema_;  // of the metrics, for their row
};

/// The observations of a plan, from the root down.
std::vector<const CollectMetricsOperator*> FindObservations(const PhysicalPlan& plan);

/// What a run that has ended observed, by name. An observation that the plan holds twice (a frame
/// joined with itself) counts once: the last is taken.
Result<std::map<std::string, Row>> ObservedMetrics(
    const std::vector<const CollectMetricsOperator*>& observations, ExecutionContext* execution);

}  // namespace firesteel
