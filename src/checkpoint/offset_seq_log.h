#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/metadata_log.h"

namespace firesteel {

/// What `offsets/N` holds: written before batch N runs, so that it can be run again with the same
/// rows, time and watermark.
struct OffsetSeq {
  int64_t batch_watermark_ms = 0;
  int64_t batch_timestamp_ms = 0;
  std::map<std::string, std::string> conf;          ///< settings pinned by the checkpoint
  std::vector<std::optional<std::string>> offsets;  ///< JSON, one per source; nullopt is `-`
};

/// The write-ahead log of a query. A file is, without a line break at its end,
///
///   v1
///   {"batchWatermarkMs":0,"batchTimestampMs":1795187921450,"conf":{…}}
///   {"logOffset":3}
///
/// byte for byte as Spark writes it, apart from the order of `conf`.
class OffsetSeqLog {
 public:
  static Result<OffsetSeqLog> Open(CheckpointFileManager* files, std::string directory);
  /// False when batch `id` exists.
  Result<bool> Add(int64_t id, const OffsetSeq& offsets);
  /// Errors: a malformed file, naming the file and what is wrong with it.
  Result<std::optional<OffsetSeq>> Get(int64_t id) const;
  Result<std::optional<int64_t>> LatestId() const { return log_.LatestId(); }
  Status Purge(int64_t threshold) { return log_.Purge(threshold); }

  static std::string Serialize(const OffsetSeq& offsets);
  static Result<OffsetSeq> Parse(std::string_view text, const std::string& path);

 private:
  explicit OffsetSeqLog(MetadataLog log) : log_(std::move(log)) {}
  MetadataLog log_;
};

}  // namespace firesteel
