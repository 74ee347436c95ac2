#include <memory>
#include <utility>

#include "common/error.h"
#include "formats/compression.h"
#include "formats/file_format.h"
#include "formats/json/json_inference.h"
#include "formats/json/json_read_options.h"
#include "formats/json/json_reader.h"
#include "formats/json/json_temporal_parser.h"
#include "formats/json/json_writer.h"

namespace firesteel {
namespace {

class JsonFileFormat : public FileFormat {
 public:
  std::string_view Name() const override { return "json"; }

  Result<std::string> FileExtension(const Options& options) const override {
    ARROW_ASSIGN_OR_RAISE(const std::string ending,
                          CompressedFileEnding(options.GetOr("compression", "none")));
    return ".json" + ending;
  }

  Status ValidateRead(const FileReadRequest& request) const override {
    ARROW_ASSIGN_OR_RAISE(const JsonReadOptions options,
                          JsonReadOptions::Make(request.options, request.session_time_zone));
    ARROW_RETURN_NOT_OK(CheckJsonSchema(request, options));
    return JsonTemporalParser::Make(options).status();
  }

  Result<std::unique_ptr<BatchReader>> OpenReader(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                  const FileReadRequest& request,
                                                  int64_t* input_rows) const override {
    ARROW_ASSIGN_OR_RAISE(const JsonReadOptions options,
                          JsonReadOptions::Make(request.options, request.session_time_zone));
    ARROW_RETURN_NOT_OK(CheckJsonSchema(request, options));
    return OpenJsonReader(std::move(file), request, options, input_rows);
  }

  Result<std::unique_ptr<FileFormatWriter>> OpenWriter(
      std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options,
      const std::string& session_time_zone) const override {
    return OpenJsonWriter(std::move(out), schema, options, session_time_zone);
  }

  Result<Schema> InferSchema(const std::vector<InferenceFile>& files,
                             const Options& options) const override {
    return InferJsonSchema(files, options);
  }
};

}  // namespace

const FileFormat* JsonFormat() {
  static const JsonFileFormat kFormat;
  return &kFormat;
}

}  // namespace firesteel
