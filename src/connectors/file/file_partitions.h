#pragma once

#include <memory>
#include <vector>

#include "common/env.h"
#include "firesteel/connector/source.h"
#include "formats/file_format.h"

namespace firesteel {

/// The files that one task reads, one after the other.
struct FilePartition final : InputPartition {
  std::vector<FileStatus> files;
};

/// Packs files into partitions of about equal size for `parallelism` tasks, as Spark does: at most
/// 128 MiB each, opening a file counts 4 MiB. The order of the files is kept within a partition.
std::vector<std::shared_ptr<const InputPartition>> PackFiles(std::vector<FileStatus> files,
                                                             int parallelism);

/// How the files of a scan are read.
struct FileReadSettings {
  Env* env = nullptr;
  const FileFormat* format = nullptr;
  FileReadRequest request;            ///< path and batch_rows are filled in per file
  bool ignore_missing_files = false;  ///< leave out a file that is gone since it was listed
};

/// Reads a partition. Errors name the file: FAILED_READ_FILE.FILE_NOT_EXIST,
/// FAILED_READ_FILE.NO_HINT with the cause.
Result<std::unique_ptr<BatchReader>> OpenFilePartition(std::shared_ptr<const FileReadSettings> settings,
                                                       const InputPartition& partition,
                                                       const ReadContext& context);

}  // namespace firesteel
