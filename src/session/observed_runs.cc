#include "session/observed_runs.h"

#include <map>
#include <utility>

#include "exec/collect_metrics.h"
#include "plan/collect_metrics.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

template <typename Visit>
void ForEachObservation(const LogicalPlan& plan, const Visit& visit) {
  if (const auto* metrics = As<CollectMetrics>(plan)) visit(*metrics);
  for (const ExpressionPtr& expression : plan.expressions()) {
    ForEach<Expression>(expression, [&visit](const ExpressionPtr& e) {
      if (const auto* query = As<SubqueryExpression>(e)) ForEachObservation(*query->plan(), visit);
    });
  }
  for (const PlanPtr& child : plan.children()) ForEachObservation(*child, visit);
}

void Tell(const LogicalPlan& plan, const std::map<int64_t, Row>& seen) {
  ForEachObservation(plan, [&seen](const CollectMetrics& metrics) {
    if (!metrics.receiver()) return;
    const auto found = seen.find(metrics.node_id());
    metrics.receiver()(found == seen.end() ? Row() : found->second);
  });
}

}  // namespace

Status DeliverMetrics(const PlanPtr& analyzed, const PhysicalPlan& plan,
                      ExecutionContext* execution) {
  std::map<int64_t, Row> seen;
  for (const CollectMetricsOperator* observation : FindObservations(plan)) {
    Result<Row> row = observation->Metrics(execution);
    if (!row.ok()) return DeliverFailure(analyzed, row.status());
    seen[observation->node_id()] = *std::move(row);
  }
  Tell(*analyzed, seen);
  return Status::OK();
}

Status DeliverFailure(const PlanPtr& analyzed, Status error) {
  ForEachObservation(*analyzed, [&error](const CollectMetrics& metrics) {
    if (metrics.receiver()) metrics.receiver()(error);
  });
  return error;
}

}  // namespace firesteel
