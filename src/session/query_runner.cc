#include "session/query_runner.h"

#include <utility>

#include "analyzer/unsupported_operation_checker.h"
#include "arrow/record_batch.h"
#include "common/config_keys.h"
#include "optimizer/optimizer.h"
#include "planner/planner.h"
#include "session/observed_runs.h"

namespace firesteel {

Result<PhysicalPlanPtr> PlanBatchQuery(const PlanPtr& analyzed, const Config& config) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr optimized, Optimize(analyzed));
  PlanningContext context;
  context.shuffle_partitions = static_cast<int>(config.Get(config::kShufflePartitions));
  return PlanQuery(optimized, context);
}

Result<QueryResult> RunBatchQuery(const PlanPtr& analyzed, const Config& config,
                                  const ExecutionServices& services,
                                  const CancellationToken* cancellation) {
  ARROW_RETURN_NOT_OK(CheckForBatch(analyzed));
  const Result<PhysicalPlanPtr> planned = PlanBatchQuery(analyzed, config);
  if (!planned.ok()) return DeliverFailure(analyzed, planned.status());
  const PhysicalPlan& plan = **planned;
  ExecutionServices of_session = services;
  of_session.batch_rows = config.Get(config::kBatchRows);
  BatchContext batch;
  batch.batch_timestamp_ms = services.clock->NowMs();
  const CancellationToken never_cancelled;
  ExecutionContext execution(&of_session, std::move(batch),
                             cancellation == nullptr ? &never_cancelled : cancellation);
  QueryResult result;
  result.schema = analyzed->schema();
  auto batches = CollectPlan(plan, &execution);
  if (!batches.ok()) return DeliverFailure(analyzed, batches.status());
  result.batches = *std::move(batches);
  ARROW_RETURN_NOT_OK(DeliverMetrics(analyzed, plan, &execution));
  return result;
}

}  // namespace firesteel
