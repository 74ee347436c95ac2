#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "streaming/batch_output.h"
#include "streaming/batch_runner.h"
#include "streaming/progress_reporter.h"
#include "streaming/query_checkpoint.h"
#include "streaming/source_set.h"

namespace firesteel {

/// Makes the next batch: asks the sources how far they are and writes that down before anything is
/// read. From then on the batch is what it is, however often it runs. Used by the query's thread.
class BatchConstruction {
 public:
  struct Options {
    bool unlimited = false;  ///< Trigger.Once: read limits are ignored
    int64_t batches_to_retain = 100;
    std::map<std::string, std::string> pinned_conf;
  };
  BatchConstruction(Options options, QueryCheckpoint* checkpoint, SourceSet* sources, Clock* clock,
                    QueryMonitor* monitor, ProgressReporter* reporter, FailpointHook failpoint);
  /// Lets go of files that belong to batches before a threshold, with the logs.
  using PurgeHook = std::function<Status(int64_t threshold)>;
  void OnPurge(PurgeHook hook) { purge_hooks_.push_back(std::move(hook)); }

  /// Asks every source for its newest offset. True when one has new data.
  Result<bool> FetchOffsets();
  /// Writes `offsets/<batch.id>` and tells the sources that the batches before are done. Fills in
  /// the batch's timestamp.
  Status Log(PendingBatch* batch);
  /// Removes log entries, and what else goes with them, that no restart after the batch `batch_id`
  /// needs. To be called when that is committed, so that its rows do not wait for it.
  Status Purge(int64_t batch_id);

 private:
  const Options options_;
  QueryCheckpoint* checkpoint_;
  SourceSet* sources_;
  Clock* clock_;
  QueryMonitor* monitor_;
  ProgressReporter* reporter_;
  FailpointHook failpoint_;
  std::vector<PurgeHook> purge_hooks_;
};

}  // namespace firesteel
