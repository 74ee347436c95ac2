#include "session/query_runner.h"

#include <utility>

#include "analyzer/unsupported_operation_checker.h"
#include "arrow/record_batch.h"
#include "common/config_keys.h"
#include "optimizer/optimizer.h"
#include "planner/planner.h"

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
  ARROW_ASSIGN_OR_RAISE(const PhysicalPlanPtr plan, PlanBatchQuery(analyzed, config));
  ExecutionServices of_session = services;
  of_session.batch_rows = config.Get(config::kBatchRows);
  BatchContext batch;
  batch.batch_timestamp_ms = services.clock->NowMs();
  const CancellationToken never_cancelled;
  ExecutionContext execution(&of_session, std::move(batch),
                             cancellation == nullptr ? &never_cancelled : cancellation);
  QueryResult result;
  result.schema = analyzed->schema();
  ARROW_ASSIGN_OR_RAISE(result.batches, CollectPlan(*plan, &execution));
  return result;
}

}  // namespace firesteel
