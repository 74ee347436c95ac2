#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "streaming/batch_construction.h"
#include "streaming/batch_runner.h"
#include "streaming/late_row_files.h"
#include "streaming/progress_reporter.h"
#include "streaming/query_preparation.h"
#include "streaming/source_watermarks.h"
#include "streaming/start_point.h"
#include "streaming/stream_definition.h"
#include "streaming/stream_execution.h"
#include "streaming/streaming_services.h"
#include "streaming/trigger_executor.h"
#include "streaming/watermark_tracker.h"

namespace firesteel {

/// A query run in micro-batches. One batch is
///
///   latest offsets -> offsets/N -> sources let go of N-1 -> plan runs, state N+1 -> sink ->
///   commits/N
///
/// and whatever happens between two of these steps, the next run does the batch again with the same
/// rows, time and watermark, or knows that it is done.
class MicroBatchExecution final : public StreamRun {
 public:
  MicroBatchExecution(const StreamingServices* services, StreamDefinition definition,
                      std::unique_ptr<QueryCheckpoint> checkpoint, StreamingSink sink);
  ~MicroBatchExecution() override;

  Status Run(QueryMonitor* monitor) override;

 private:
  Status RunToTheEnd();
  /// Reads the logs, plans the query, opens the sources.
  Status Prepare();
  /// Errors when the sink has a batch that this query has not begun: Spark takes it for done and
  /// drops its rows. Before its offsets are logged, as it would count as begun afterwards.
  Status CheckSinkIsOurs(int64_t next_batch_id);
  Result<TriggerOutcome> RunTrigger();
  /// Makes `pending_` if there is anything to do.
  Status ConstructBatch();
  Result<bool> NeedsBatchWithoutData() const;
  /// Errors: _LEGACY_ERROR_TEMP_3076 where a watermark that has begun meets another one.
  Status CheckWatermarks(int64_t watermark_ms) const;
  /// What the progress says about event time: nothing for a query without watermark.
  std::map<std::string, std::string> EventTimes(
      int64_t watermark_ms, const std::vector<WatermarkObservation>& seen) const;
  Result<BatchResult> RunBatch(const PendingBatch& batch);
  /// Writes what must not be lost when the sink has the batch and the query dies.
  Status KeepBesideCommit(const PendingBatch& batch, const ExecutionContext& execution);
  /// Moves the watermark on by what the batch has seen.
  Status UpdateWatermark(const PendingBatch& batch, const BatchResult& result);
  Status RestoreSourceWatermarks(int64_t next_batch_id);
  Status OpenLateRowFiles();
  void ExplainState(const std::vector<StateOperatorProgress>& progress);
  Status CommitBatch(const PendingBatch& batch);
  void WaitForData();

  const StreamingServices* services_;
  const StreamDefinition definition_;
  const FailpointHook failpoint_;
  // In the order in which they come to be; they go in the reverse order.
  std::unique_ptr<QueryCheckpoint> checkpoint_;
  std::unique_ptr<BatchOutput> output_;
  QueryMonitor* monitor_ = nullptr;
  PreparedQuery query_;
  std::unique_ptr<ProgressReporter> reporter_;
  std::unique_ptr<BatchConstruction> construction_;
  std::unique_ptr<BatchRunner> runner_;

  int64_t next_batch_id_ = 0;
  WatermarkTracker watermark_;
  std::unique_ptr<LateRowFiles> late_rows_;              // null unless they are kept
  std::unique_ptr<SourceWatermarks> source_watermarks_;  // null unless they are kept
  int64_t late_watermark_ms_ = 0;
  std::optional<PendingBatch> pending_;  // logged, not committed
  bool layout_written_ = false;
  int64_t planning_nanos_ = 0;  // of this run, reported with its first batch
  /// The eviction watermarks of this run's last batch; nullopt before it.
  std::optional<std::vector<int64_t>> evicted_ms_;
};

}  // namespace firesteel
