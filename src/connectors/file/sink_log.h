#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/env.h"
#include "firesteel/error.h"

namespace firesteel {

/// One data file in a file sink's log `_spark_metadata`, a line of JSON:
///   {"path":"file:///out/part-….parquet","size":997,"isDir":false,"modificationTime":1795188640656,
///    "blockReplication":1,"blockSize":33554432,"action":"add"}
/// Spark reads what we write and the other way round.
struct SinkLogEntry {
  std::string path;  ///< plain
  int64_t size = 0;
  int64_t modification_time_ms = 0;

  std::string ToJson() const;
  static Result<SinkLogEntry> FromJson(std::string_view json);
  /// Reads any number of entries, a line each.
  static Result<std::vector<SinkLogEntry>> FromLines(std::string_view lines);
};

/// The folder of the log in an output directory.
std::string SinkLogDirectory(std::string_view output_directory);
Result<bool> HasSinkLog(Env* env, const std::string& output_directory);
/// The files that committed batches wrote; what is in the directory besides is not to be read.
Result<std::vector<FileStatus>> ListCommittedFiles(Env* env, const std::string& output_directory);

}  // namespace firesteel
