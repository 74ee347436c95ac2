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

/// `_metadata`: what a row's file is.
Schema FileMetadataColumns();

/// How the files of a scan are read.
struct FileReadSettings {
  Env* env = nullptr;
  const FileFormat* format = nullptr;
  FileReadRequest request;            ///< path and batch_rows are filled in per file
  bool pushes_filters = true;         ///< the format's reader is told the filters
  bool ignore_missing_files = false;  ///< leave out a file that is gone since it was listed
  bool ignore_corrupt_files = false;  ///< leave out what cannot be read of a damaged file
  /// Where partition directories begin in a path (see PartitionValuesOf); -1: there are none.
  int base_depth = -1;
};

/// Leaves out the files whose partition directories say that no row can match the filters.
Result<std::vector<FileStatus>> PruneFiles(std::vector<FileStatus> files,
                                           const FileReadSettings& settings);

/// Reads a partition: the columns of the files, and those that their directories tell. Errors name
/// the file: FAILED_READ_FILE.FILE_NOT_EXIST,
/// FAILED_READ_FILE.NO_HINT with the cause.
Result<std::unique_ptr<BatchReader>> OpenFilePartition(
    std::shared_ptr<const FileReadSettings> settings, const InputPartition& partition,
    const ReadContext& context);

}  // namespace firesteel
