#pragma once

#include <memory>
#include <string>

#include "common/clock.h"
#include "connectors/file/file_partitions.h"
#include "connectors/file/input_listing.h"

namespace firesteel {

/// What a file stream is made of.
struct FileStreamSettings {
  InputLocation location;
  Options options;
  std::shared_ptr<const FileReadSettings> read;
  Clock* clock = nullptr;
  int parallelism = 1;
  int64_t log_compact_interval = 10;
  int64_t log_cleanup_delay_ms = 600000;
};

/// A directory as a stream: every file is read once, oldest first by modification time. Offsets are
/// `{"logOffset":n}`; entry n of the stream's own log (`sources/<i>` in the checkpoint) names the
/// files of the step to n, so that a batch that is run again reads the same files:
///   v1
///   {"path":"file:///in/a%20b.json","timestamp":1700000000000,"batchId":0}
Result<std::unique_ptr<MicroBatchStream>> NewFileStream(FileStreamSettings settings,
                                                        const std::string& metadata_path);

}  // namespace firesteel
