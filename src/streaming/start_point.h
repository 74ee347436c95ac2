#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/commit_log.h"
#include "checkpoint/offset_seq_log.h"

namespace firesteel {

/// Where a run begins, as its logs say: with which batch, and whether that batch has its offsets
/// already and must be run again exactly as it was.
struct StartPoint {
  int64_t batch_id = 0;
  /// The batch's offsets are in the log: it was begun and not committed.
  bool rerun = false;
  /// The batch before this one is committed.
  bool previous_is_committed = false;
  /// Where the batch starts and, for a rerun, ends: JSON per source, nullopt for a source that had
  /// no data yet. `start` is empty for batch 0.
  std::vector<std::optional<std::string>> start;
  std::vector<std::optional<std::string>> end;
  int64_t watermark_ms = 0;           ///< the batch's own
  int64_t previous_watermark_ms = 0;  ///< the batch's before: what decides which rows are late
  int64_t batch_timestamp_ms = 0;     ///< of a rerun
  /// Settings of the newest offset log entry; nullopt for a query without one.
  std::optional<std::map<std::string, std::string>> conf;

  /// How many sources the query had, -1 for a new one.
  int source_count() const;
};

/// Reads the logs as Spark does, but refuses commits without offsets, which Spark would only notice
/// after having run a batch. Errors: logs that contradict each other, naming the entry.
Result<StartPoint> FindStartPoint(const OffsetSeqLog& offsets, const CommitLog& commits,
                                  const std::string& directory);

}  // namespace firesteel
