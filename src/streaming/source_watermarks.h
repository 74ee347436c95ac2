#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"
#include "plan/logical_plan.h"
#include "streaming/watermark_tracker.h"

namespace firesteel {

/// Names each withWatermark of a plan, by node id: the numbers of the sources that it reads, `0` or
/// `0+2`, with `#2` behind it for the second one over the same sources. The name outlives restarts,
/// which a node id does not. Streaming scans must have their source index.
std::map<int64_t, std::string> NameWatermarks(const PlanPtr& plan);

/// The greatest event time that each withWatermark of a query has ever seen, kept beside the
/// commits in files that Spark passes over (firesteel.watermark.persistPerSource). With them a
/// source that has rows in other runs only does not hold the query's watermark back.
/// `commits/.N.watermarks` is written before batch N is committed:
///
///   v1
///   {"maxEventTimeMs":{"<name>":<ms>,…}}   of those that have seen rows
///   <CRC32C of the line above, 8 hex digits>
///
/// Without any file, as when the setting has just been switched on, nothing is known. Used by the
/// query's thread.
class SourceWatermarks {
 public:
  /// `names` by node id.
  SourceWatermarks(CheckpointFileManager* files, std::string commits_directory,
                   std::map<int64_t, std::string> names);

  /// Reads what was known after batch `batch_id`, the last one committed. Errors:
  /// MALFORMED_LOG_FILE when its file is damaged, or missing while an earlier batch has one.
  Status Load(int64_t batch_id);
  /// Reads the file of a batch that may have none; then all stays as it is.
  Status LoadIfThere(int64_t batch_id);
  /// Adds what a batch has seen and writes the file of the batch, again if it is run again.
  Status Keep(int64_t batch_id, const std::vector<WatermarkObservation>& seen);
  /// Removes the files of batches before `threshold`.
  Status Purge(int64_t threshold);

  /// What is known, as if `nodes` had seen it now; delays are theirs.
  std::vector<WatermarkObservation> Recall(const std::vector<WatermarkObservation>& nodes) const;

 private:
  std::string PathOf(int64_t batch_id) const;
  Result<std::vector<int64_t>> List() const;

  CheckpointFileManager* files_;
  const std::string directory_;
  const std::map<int64_t, std::string> names_;
  std::map<std::string, int64_t> max_ms_;  // by name
};

}  // namespace firesteel
