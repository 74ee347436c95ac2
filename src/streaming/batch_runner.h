#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "exec/execution_context.h"
#include "firesteel/streaming_query_progress.h"
#include "state/state_store_coordinator.h"
#include "streaming/batch_output.h"
#include "streaming/query_checkpoint.h"
#include "streaming/query_preparation.h"
#include "streaming/watermark_tracker.h"

namespace firesteel {

/// A batch whose offsets are in the log.
struct PendingBatch {
  int64_t id = 0;
  int64_t timestamp_ms = 0;
  int64_t watermark_ms = 0;
  /// The watermark of the batch before: rows at or before it are late.
  int64_t late_watermark_ms = 0;
  bool rerun = false;  ///< was begun by an earlier run
};

/// What a batch did, for the progress report.
struct BatchResult {
  std::vector<int64_t> input_rows;  ///< by source; empty when the plan did not run
  std::vector<StateOperatorProgress> state_operators;
  int64_t output_rows = 0;
  std::vector<int64_t> eviction_watermarks_ms;  ///< by operator id
  bool ran = false;  ///< whether the plan did; not when the sink had the batch
  std::map<std::string, Row> observed_metrics;   ///< by name; empty when the plan did not run
  std::vector<WatermarkObservation> watermarks;  ///< empty when the plan did not run
};

/// Runs batches: one plan, one sink, the state between. Used by the query's thread.
class BatchRunner {
 public:
  BatchRunner(const ExecutionServices* services, const PreparedQuery* query,
              QueryCheckpoint* checkpoint, BatchOutput* output,
              const CancellationToken* cancellation);

  /// Called when the plan has run to its end and before the sink commits.
  using BeforeCommit = std::function<Status(const ExecutionContext& execution)>;

  /// Runs the batch into the sink. `partitions` are the sources' new rows. A rerun that the sink
  /// already has is not computed again.
  Result<BatchResult> Run(const PendingBatch& batch, std::vector<SourceBatch> partitions,
                          const BeforeCommit& before_commit);
  /// Lets the state's files be tidied in the background.
  void ScheduleMaintenance();

 private:
  BatchContext MakeContext(const PendingBatch& batch, std::vector<SourceBatch> partitions) const;

  const ExecutionServices* services_;
  const PreparedQuery* query_;
  BatchOutput* output_;
  const CancellationToken* cancellation_;
  std::string state_root_;
  std::unique_ptr<StateStoreCoordinator> state_stores_;  // null for a query without state
};

}  // namespace firesteel
