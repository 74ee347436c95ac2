#include "streaming/batch_runner.h"

#include <utility>

#include "streaming/watermark_propagation.h"

namespace firesteel {
namespace {

constexpr int64_t kNanosPerMs = 1'000'000;

StateOperatorProgress ReportOperator(const StatefulOperatorInfo& info,
                                     const OperatorMetrics& metrics) {
  StateOperatorProgress progress;
  progress.operator_name = info.name;
  progress.num_rows_total = metrics.state_rows_total;
  progress.num_rows_updated = metrics.state_rows_updated;
  progress.all_updates_time_ms = metrics.update_time_nanos / kNanosPerMs;
  progress.num_rows_removed = metrics.state_rows_removed;
  progress.all_removals_time_ms = metrics.removal_time_nanos / kNanosPerMs;
  progress.commit_time_ms = metrics.commit_time_nanos / kNanosPerMs;
  progress.memory_used_bytes = metrics.state_memory_bytes;
  progress.num_rows_dropped_by_watermark = metrics.rows_dropped_by_watermark;
  progress.num_shuffle_partitions = info.partitions;
  progress.num_state_store_instances =
      metrics.partitions * static_cast<int64_t>(info.stores.size());
  if (info.name.starts_with("dedupe")) {
    progress.custom_metrics["numDroppedDuplicateRows"] = metrics.duplicates_dropped;
  }
  return progress;
}

}  // namespace

BatchRunner::BatchRunner(const ExecutionServices* services, const PreparedQuery* query,
                         QueryCheckpoint* checkpoint, BatchOutput* output,
                         const CancellationToken* cancellation)
    : services_(services),
      query_(query),
      output_(output),
      cancellation_(cancellation),
      state_root_(checkpoint->StateDirectory()) {
  if (!query->operators.empty()) {
    state_stores_ = std::make_unique<StateStoreCoordinator>(checkpoint->files());
  }
}

BatchContext BatchRunner::MakeContext(const PendingBatch& batch,
                                      std::vector<SourceBatch> partitions) const {
  const std::vector<int64_t> late =
      InputWatermarks(*query_->plan, query_->operators, batch.late_watermark_ms);
  const std::vector<int64_t> eviction =
      InputWatermarks(*query_->plan, query_->operators, batch.watermark_ms);
  BatchContext context;
  context.batch_id = batch.id;
  context.batch_timestamp_ms = batch.timestamp_ms;
  context.watermark_ms = batch.watermark_ms;
  context.sources = std::move(partitions);
  for (size_t i = 0; i < late.size(); ++i) {
    context.watermarks.push_back({.late_ms = late[i], .eviction_ms = eviction[i]});
  }
  context.state_stores = state_stores_.get();
  context.state_root = state_root_;
  return context;
}

Result<BatchResult> BatchRunner::Run(const PendingBatch& batch, std::vector<SourceBatch> partitions,
                                     const BeforeCommit& before_commit) {
  const size_t source_count = partitions.size();
  ExecutionContext execution(services_, MakeContext(batch, std::move(partitions)), cancellation_);
  bool skip = false;
  if (batch.rerun) {
    ARROW_ASSIGN_OR_RAISE(skip, output_->IsCommitted(batch.id));
  }
  BatchResult result;
  for (const OperatorWatermarks& watermarks : execution.batch().watermarks) {
    result.eviction_watermarks_ms.push_back(watermarks.eviction_ms);
  }
  const auto prepare_commit = [&]() -> Status {
    // A metric that cannot be computed fails the batch while the sink does not have it yet.
    ARROW_ASSIGN_OR_RAISE(result.observed_metrics,
                          ObservedMetrics(query_->observations, &execution));
    return before_commit(execution);
  };
  if (!skip) {
    ARROW_ASSIGN_OR_RAISE(result.output_rows,
                          output_->Write(*query_->plan, &execution, prepare_commit));
    result.ran = true;
    for (size_t i = 0; i < source_count; ++i) {
      result.input_rows.push_back(*execution.InputRows(static_cast<int>(i)));
    }
    result.watermarks = ObserveWatermarks(query_->watermarks, execution);
  }
  for (const StatefulOperator* stateful : query_->operators) {
    result.state_operators.push_back(
        ReportOperator(stateful->info(), *execution.Metrics(stateful)));
  }
  return result;
}

void BatchRunner::ScheduleMaintenance() {
  if (state_stores_ != nullptr) state_stores_->ScheduleMaintenance();
}

}  // namespace firesteel
