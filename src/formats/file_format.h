#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/batch_reader.h"
#include "firesteel/connector/predicate.h"
#include "firesteel/connector/table.h"
#include "firesteel/types.h"

namespace arrow::io {
class InputStream;
class OutputStream;
class RandomAccessFile;
}  // namespace arrow::io

namespace firesteel {

/// What a reader must give of one file.
struct FileReadRequest {
  Schema columns;      ///< in this order; columns the file lacks are NULL
  Schema full_schema;  ///< what the user declared, before columns were pruned
  std::vector<Predicate> filters;
  Options options;
  std::string session_time_zone = "UTC";
  int64_t batch_rows = 8192;
  std::string path;  ///< for error messages
};

/// A file whose schema is asked for.
struct InferenceFile {
  std::shared_ptr<arrow::io::RandomAccessFile> file;
  std::string path;  ///< names the file in errors and, by its ending, its codec; may be empty
};

/// Writes batches into one file. Not thread-safe.
class FileFormatWriter {
 public:
  virtual ~FileFormatWriter() = default;
  virtual Status Write(const arrow::RecordBatch& batch) = 0;
  /// Writes what is left and the footer; does not close the stream.
  virtual Status Finish() = 0;
};

/// One file format: bytes to columns and back. Stateless, thread-safe. Formats see only streams,
/// never paths of their own.
class FileFormat {
 public:
  virtual ~FileFormat() = default;
  virtual std::string_view Name() const = 0;
  /// The ending of files written, compression included: `.snappy.parquet`, `.json`.
  virtual Result<std::string> FileExtension(const Options& options) const = 0;
  /// Checks the options once, before any file is opened. Errors: an encoding or pattern that is not
  /// known, a corrupt-record column of another type, … (An unknown `mode` is PERMISSIVE, as in
  /// Spark.)
  virtual Status ValidateRead(const FileReadRequest& request) const = 0;
  /// Opens a reader. `input_rows` grows by the rows of each batch given, as Spark's metric does:
  /// malformed records count unless DROPMALFORMED left them out. It must outlive the reader.
  virtual Result<std::unique_ptr<BatchReader>> OpenReader(
      std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
      int64_t* input_rows) const = 0;
  virtual Result<std::unique_ptr<FileFormatWriter>> OpenWriter(
      std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options,
      const std::string& session_time_zone) const = 0;
  /// The schema that these files have in common. Errors: FAILED_READ_FILE…, UNABLE_TO_INFER_SCHEMA.
  virtual Result<Schema> InferSchema(const std::vector<InferenceFile>& files,
                                     const Options& options) const = 0;
};

/// The list of formats; adding one means a folder file and a line in file_format.cc.
const FileFormat* FindFileFormat(std::string_view name);
std::vector<const FileFormat*> AllFileFormats();

const FileFormat* CsvFormat();
const FileFormat* JsonFormat();
const FileFormat* OrcFormat();
const FileFormat* TextFormat();
const FileFormat* ParquetFormat();

}  // namespace firesteel
