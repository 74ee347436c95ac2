#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"

namespace firesteel {

/// A directory with one immutable text file per batch id, as Spark's HDFSMetadataLog. The classes
/// below give the content its meaning. Names that are not numbers are ignored. Not thread-safe;
/// a second process is kept out by the checkpoint's lock, a lost race is CONCURRENT_STREAM_LOG_UPDATE.
class MetadataLog {
 public:
  static Result<MetadataLog> Open(CheckpointFileManager* files, std::string directory);

  /// Adds batch `id`; false when it exists already.
  Result<bool> Add(int64_t id, std::string_view content);
  /// The content of batch `id`, nullopt when it does not exist.
  Result<std::optional<std::string>> Get(int64_t id) const;
  /// All batch ids, rising.
  Result<std::vector<int64_t>> List() const;
  Result<std::optional<int64_t>> LatestId() const;
  /// Removes all batches with id < `threshold`.
  Status Purge(int64_t threshold);
  const std::string& directory() const { return directory_; }

 private:
  MetadataLog(CheckpointFileManager* files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}
  std::string PathOf(int64_t id) const;
  CheckpointFileManager* files_;
  std::string directory_;
  bool directory_made_ = false;
  std::optional<int64_t> purged_below_;  // nothing below is left; spares listing at every purge
};

}  // namespace firesteel
