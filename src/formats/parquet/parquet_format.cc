#include <memory>
#include <utility>

#include "arrow/io/interfaces.h"
#include "common/error.h"
#include "formats/file_format.h"
#include "formats/parquet/parquet_reader.h"
#include "formats/parquet/parquet_writer.h"
#include "formats/schema_merge.h"

namespace firesteel {
namespace {

class ParquetFileFormat : public FileFormat {
 public:
  std::string_view Name() const override { return "parquet"; }

  Result<std::string> FileExtension(const Options& options) const override {
    return ParquetFileExtension(options);
  }

  Status ValidateRead(const FileReadRequest& /*request*/) const override { return Status::OK(); }

  Result<std::unique_ptr<BatchReader>> OpenReader(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                  const FileReadRequest& request,
                                                  int64_t* input_rows) const override {
    return OpenParquetReader(std::move(file), request, input_rows);
  }

  Result<std::unique_ptr<FileFormatWriter>> OpenWriter(
      std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options,
      const std::string& /*session_time_zone*/) const override {
    return OpenParquetWriter(std::move(out), schema, options);
  }

  Result<Schema> InferSchema(const std::vector<InferenceFile>& files,
                             const Options& options) const override {
    return InferFromFooters("Parquet", files, options, [](const InferenceFile& file) {
      Result<Schema> schema = InferParquetSchema(file.file);
      if (schema.ok()) return schema;
      return Result<Schema>(MakeErrorCausedBy("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
                                              {{"path", file.path}}, schema.status()));
    });
  }
};

}  // namespace

const FileFormat* ParquetFormat() {
  static const ParquetFileFormat kFormat;
  return &kFormat;
}

}  // namespace firesteel
