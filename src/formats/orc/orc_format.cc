#include <memory>
#include <utility>

#include "arrow/io/interfaces.h"
#include "common/error.h"
#include "formats/file_format.h"
#include "formats/orc/orc_reader.h"
#include "formats/orc/orc_writer.h"
#include "formats/schema_merge.h"

namespace firesteel {
namespace {

class OrcFileFormat : public FileFormat {
 public:
  std::string_view Name() const override { return "orc"; }

  Result<std::string> FileExtension(const Options& options) const override {
    return OrcFileExtension(options);
  }

  Status ValidateRead(const FileReadRequest& /*request*/) const override { return Status::OK(); }

  Result<std::unique_ptr<BatchReader>> OpenReader(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                  const FileReadRequest& request,
                                                  int64_t* input_rows) const override {
    return OpenOrcReader(std::move(file), request, input_rows);
  }

  Result<std::unique_ptr<FileFormatWriter>> OpenWriter(
      std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options,
      const std::string& /*session_time_zone*/) const override {
    return OpenOrcWriter(std::move(out), schema, options);
  }

  Result<Schema> InferSchema(const std::vector<InferenceFile>& files,
                             const Options& options) const override {
    return InferFromFooters("ORC", files, options, InferOrcSchema);
  }
};

}  // namespace

const FileFormat* OrcFormat() {
  static const OrcFileFormat kFormat;
  return &kFormat;
}

}  // namespace firesteel
