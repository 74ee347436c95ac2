#pragma once

#include <memory>
#include <string>

#include "common/clock.h"
#include "connectors/file/partitioned_writer.h"
#include "firesteel/connector/sink.h"
#include "firesteel/connector/table.h"

namespace firesteel {

struct FileWriteSettings {
  FileOutput output;
  Clock* clock = nullptr;
  std::string directory;  ///< plain path
  /// What SaveMode::kOverwrite replaces of it, `a=1/b=x`; "": everything. A write that keeps the
  /// partition does nothing when it is there.
  std::string overwritten_partition;
  bool keeps_partition = false;
  int64_t log_compact_interval = 10;
  int64_t log_cleanup_delay_ms = 600000;
};

/// Writes each partition of a batch into files of its own, `part-<partition>-<uuid>-c000<ending>`
/// (with FileOutput::target_file_bytes: all partitions into the same ones), which appear complete or
/// not at all, and then names the files in `_spark_metadata/<batch>`: only then do readers see them,
/// all at once. A batch that is in the log already is not written again: exactly once. Files of
/// interrupted attempts stay, unnamed and unread.
Result<std::unique_ptr<StreamingWrite>> NewFileStreamingWrite(FileWriteSettings settings);

/// Writes a directory of files once. Tasks write below `_temporary`; Commit moves everything into
/// place, after it removed what SaveMode::kOverwrite replaces, and then writes `_SUCCESS`: a write
/// that fails before that leaves what was there as it was. With `overwrites_partitions` only the
/// partition directories written are replaced. Errors: PATH_ALREADY_EXISTS.
Result<std::unique_ptr<StreamingWrite>> NewFileBatchWrite(FileWriteSettings settings, SaveMode mode,
                                                          bool overwrites_partitions);

}  // namespace firesteel
