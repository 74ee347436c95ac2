#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"
#include "common/clock.h"

namespace firesteel {

/// A log of JSON lines, as Spark's CompactibleFileStreamLog: the file source's `sources/<i>` and the
/// file sink's `_spark_metadata`.
///
///   <n>          v1, then one JSON object per line: the entries of batch n
///   <n>.compact  the same with all entries of batches 0…n; every `interval`-th batch is one
///
/// Entries are opaque JSON texts here. Memory stays bounded by one compaction's entries. Not
/// thread-safe.
class CompactibleFileLog {
 public:
  struct Options {
    int64_t compact_interval = 10;        ///< for a new log; an existing one tells its own
    int64_t minimum_batches_to_retain = 100;
    int64_t cleanup_delay_ms = 600000;
  };
  static Result<CompactibleFileLog> Open(CheckpointFileManager* files, Clock* clock,
                                         std::string directory, Options options);

  /// Adds batch `id` (compacting when it is its turn) and removes files that a compaction has
  /// superseded for long enough. False when `id` exists.
  Result<bool> Add(int64_t id, const std::vector<std::string>& entries);
  /// The entries of batch `id` alone, nullopt when it does not exist. `id` of a compacted batch gives
  /// all entries up to it.
  Result<std::optional<std::vector<std::string>>> Get(int64_t id) const;
  Result<std::optional<int64_t>> LatestId() const;
  /// All entries of all batches, in order. A missing file between the last compaction and the
  /// latest id is an error that names it.
  Result<std::vector<std::string>> AllEntries() const;

 private:
  CompactibleFileLog(CheckpointFileManager* files, Clock* clock, std::string directory,
                     Options options)
      : files_(files), clock_(clock), directory_(std::move(directory)), options_(options) {}

  // Name and time of one batch's file.
  struct LogFile {
    std::string path;
    bool compact = false;
    int64_t modification_time_ms = 0;
  };
  // The files by batch id; of a batch that has both forms, the compact one.
  Result<std::map<int64_t, LogFile>> ListFiles() const;
  Result<std::vector<std::string>> ReadEntries(const std::string& path) const;
  Result<std::vector<std::string>> ReadUpTo(const std::map<int64_t, LogFile>& listed,
                                            int64_t last_id) const;
  Status WriteFile(const std::string& path, const std::vector<std::string>& older,
                   const std::vector<std::string>& entries);
  Status RemoveExpired(int64_t current_id);
  bool IsCompaction(int64_t id) const { return (id + 1) % options_.compact_interval == 0; }

  CheckpointFileManager* files_;
  Clock* clock_;
  std::string directory_;
  Options options_;  // compact_interval is the one of the existing log, if there is one
  bool directory_made_ = false;
};

}  // namespace firesteel
