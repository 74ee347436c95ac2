#pragma once

#include <memory>
#include <string>

#include "common/clock.h"
#include "common/env.h"
#include "firesteel/connector/sink.h"
#include "firesteel/connector/table.h"
#include "formats/file_format.h"

namespace firesteel {

struct FileWriteSettings {
  Env* env = nullptr;
  Clock* clock = nullptr;
  const FileFormat* format = nullptr;
  std::string directory;  ///< plain path
  Schema schema;
  Options options;
  std::string session_time_zone = "UTC";
  int64_t log_compact_interval = 10;
  int64_t log_cleanup_delay_ms = 600000;
};

/// Writes each partition of a batch into a file of its own, `part-<partition>-<uuid>-c000<ending>`,
/// which appears complete or not at all, and then names the files in `_spark_metadata/<batch>`: only
/// then do readers see them, all at once. A batch that is in the log already is not written again:
/// exactly once. Files of interrupted attempts stay, unnamed and unread.
Result<std::unique_ptr<StreamingWrite>> NewFileStreamingWrite(FileWriteSettings settings);

}  // namespace firesteel
