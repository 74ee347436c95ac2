#pragma once

#include <optional>
#include <string>

#include "checkpoint/metadata_log.h"

namespace firesteel {

/// What `commits/N` holds. Its existence is the only thing that says batch N is done.
struct CommitMetadata {
  int64_t next_batch_watermark_ms = 0;
};

/// `v1\n{"nextBatchWatermarkMs":0}`, no line break at the end; a missing second line reads as 0.
class CommitLog {
 public:
  static Result<CommitLog> Open(CheckpointFileManager* files, std::string directory);
  Result<bool> Add(int64_t id, const CommitMetadata& metadata);
  Result<std::optional<CommitMetadata>> Get(int64_t id) const;
  Result<std::optional<int64_t>> LatestId() const { return log_.LatestId(); }
  Status Purge(int64_t threshold) { return log_.Purge(threshold); }

 private:
  explicit CommitLog(MetadataLog log) : log_(std::move(log)) {}
  MetadataLog log_;
};

}  // namespace firesteel
