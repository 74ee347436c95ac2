#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"
#include "common/env.h"
#include "connectors/file/sink_log.h"
#include "firesteel/connector/sink.h"
#include "firesteel/connector/table.h"
#include "formats/file_format.h"

namespace firesteel {

/// What the files of a write have in common.
struct FileOutput {
  Env* env = nullptr;
  const FileFormat* format = nullptr;
  Schema schema;                               ///< of the rows given
  std::vector<std::string> partition_columns;  ///< their values become directories
  Options options;
  std::string session_time_zone = "UTC";
  int64_t max_records_per_file = 0;  ///< 0: no limit
  /// A file that has so many bytes takes no more rows; 0: no limit. What a format keeps back until
  /// a row group is full does not count yet.
  int64_t target_file_bytes = 0;

  /// The columns kept in the files: all but the partition columns.
  Schema DataSchema() const;
  /// Checks the schema against the partition columns. Errors: COLUMN_ALREADY_EXISTS,
  /// PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA, ALL_PARTITION_COLUMNS_NOT_ALLOWED,
  /// INVALID_PARTITION_COLUMN_DATA_TYPE. What streams write may have several columns of one name,
  /// as long as they do not name directories; it is up to the format then.
  Status Check(bool needs_unique_names = true) const;
};

/// Writes the rows of one task into files `<directory>/[name=value/…]part-…-c000<ending>`, one for
/// each partition directory, or more where a limit of rows says so. Each file appears whole or not
/// at all. The message of Commit has a line for each file, a SinkLogEntry. Not thread-safe.
class PartitionedWriter final : public DataWriter {
 public:
  /// `directory` exists. `name` is the file's, up to its number: `part-00000-<uuid>`. `output` must
  /// outlive the writer.
  PartitionedWriter(const FileOutput* output, CheckpointFileManager* files, std::string directory,
                    std::string name, std::string extension);
  ~PartitionedWriter() override;

  Status Write(const arrow::RecordBatch& batch) override;
  /// Opens the file of a write without partitions if no row has done so.
  Status EnsureOpen();
  Result<WriterCommitMessage> Commit() override;
  void Abort() override;

 private:
  struct OpenFile;

  // Whether the file has as much as a file is to have.
  Result<bool> IsFull(const OpenFile& file) const;
  Status WriteRows(const std::string& partition, const arrow::RecordBatch& rows);
  Status WritePartitioned(const arrow::RecordBatch& batch);
  Result<OpenFile*> FileOf(const std::string& partition);
  Status Open(OpenFile* file);
  Status Close(OpenFile* file);

  const FileOutput* output_;
  CheckpointFileManager* files_;
  const std::string directory_;
  const std::string name_;
  const std::string extension_;
  const Schema data_schema_;
  std::vector<int> data_columns_;       // of the rows given
  std::vector<int> partition_columns_;  // of the rows given
  std::list<OpenFile> open_;            // the one used last comes first
  std::set<std::string> made_directories_;
  int next_number_ = 0;
  std::vector<SinkLogEntry> written_;
};

}  // namespace firesteel
