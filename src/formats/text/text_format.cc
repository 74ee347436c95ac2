#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/array/builder_binary.h"
#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/compression.h"
#include "formats/file_format.h"
#include "formats/line_block_reader.h"
#include "formats/line_writer.h"
#include "formats/text_encoding.h"
#include "formats/utf8.h"
#include "types/arrow_types.h"
#include "types/column_view.h"

namespace firesteel {
namespace {

// Ends a batch early when its lines are long.
constexpr int64_t kTextBatchBytes = int64_t{16} << 20;
constexpr std::string_view kTextByteOrderMark = "\xEF\xBB\xBF";

struct TextFileOptions {
  bool whole_text = false;
  std::string line_separator;  // empty: \n, \r\n and \r
  std::string encoding = "UTF-8";

  static Result<TextFileOptions> Make(const Options& options) {
    TextFileOptions text;
    ARROW_ASSIGN_OR_RAISE(text.whole_text, options.GetBool("wholetext", false));
    ARROW_ASSIGN_OR_RAISE(text.encoding, ReadEncodingOption(options, "TextOptions"));
    if (const std::optional<std::string> separator = options.Get("lineSep")) {
      if (separator->empty()) {
        return MakeError("INVALID_OPTION_VALUE",
                         {{"option", "lineSep"}, {"value", "''"}, {"reason", "it is empty"}});
      }
      text.line_separator = *separator;
    }
    return text;
  }
};

Status CheckTextSchema(const Schema& schema, int fewest_columns) {
  for (const StructField& field : schema.fields()) {
    if (field.type.id() == TypeId::kString) continue;
    return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                     {{"format", "TEXT"},
                      {"columnName", "`" + field.name + "`"},
                      {"columnType", "\"" + field.type.Sql() + "\""}});
  }
  if (schema.size() < fewest_columns || schema.size() > 1) {
    return Status::Invalid("The text format has a single column, the schema has ", schema.size(),
                           ".");
  }
  return Status::OK();
}

class TextReader : public BatchReader {
 public:
  TextReader(std::shared_ptr<arrow::io::InputStream> stream, const FileReadRequest& request,
             const TextFileOptions& options, int64_t* input_rows)
      : stream_(stream),
        blocks_(std::move(stream), options.line_separator),
        lines_("", options.line_separator),
        options_(options),
        path_(request.path),
        batch_rows_(std::max<int64_t>(1, request.batch_rows)),
        arrow_schema_(ToArrowSchema(request.columns)),
        wants_text_(request.columns.size() > 0),
        input_rows_(input_rows) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    const Status filled = options_.whole_text ? FillWithWholeFile() : FillWithLines();
    if (!filled.ok())
      return MakeErrorCausedBy("FAILED_READ_FILE.NO_HINT", {{"path", path_}}, filled);
    if (rows_ == 0) return nullptr;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    if (wants_text_) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array, builder_.Finish());
      arrays.push_back(std::move(array));
    }
    const int64_t rows = std::exchange(rows_, 0);
    *input_rows_ += rows;
    return arrow::RecordBatch::Make(arrow_schema_, rows, std::move(arrays));
  }

 private:
  Status Append(std::string_view text, bool is_valid_utf8) {
    ++rows_;
    if (!wants_text_) return Status::OK();
    if (is_valid_utf8 || IsValidUtf8(text)) return builder_.Append(text);
    return builder_.Append(ReplaceInvalidUtf8(text));
  }

  Status FillWithLines() {
    int64_t bytes = 0;
    std::string_view line;
    while (rows_ < batch_rows_ && bytes < kTextBatchBytes) {
      if (lines_.Next(&line)) {
        bytes += static_cast<int64_t>(line.size());
        ARROW_RETURN_NOT_OK(Append(line, block_is_valid_utf8_));
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(std::string_view block, blocks_.NextBlock());
      if (block.empty()) return Status::OK();
      if (std::exchange(at_start_, false) && block.starts_with(kTextByteOrderMark)) {
        block.remove_prefix(kTextByteOrderMark.size());
      }
      // One check for all lines of a block is much cheaper than one for each.
      block_is_valid_utf8_ = !wants_text_ || IsValidUtf8(block);
      lines_ = LineCutter(block, options_.line_separator);
    }
    return Status::OK();
  }

  Status FillWithWholeFile() {
    if (!std::exchange(at_start_, false)) return Status::OK();
    std::string text;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> piece,
                            stream_->Read(int64_t{1} << 20));
      if (piece->size() == 0) break;
      text.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    }
    return text.empty() ? Status::OK() : Append(text, /*is_valid_utf8=*/false);
  }

  std::shared_ptr<arrow::io::InputStream> stream_;
  LineBlockReader blocks_;
  LineCutter lines_;
  const TextFileOptions options_;
  const std::string path_;
  const int64_t batch_rows_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const bool wants_text_;
  bool block_is_valid_utf8_ = false;
  bool at_start_ = true;
  arrow::StringBuilder builder_;
  int64_t rows_ = 0;  // in the builder
  int64_t* input_rows_;
};

class TextWriter : public FileFormatWriter {
 public:
  TextWriter(std::unique_ptr<LineWriter> lines, std::string separator)
      : lines_(std::move(lines)), separator_(std::move(separator)) {}

  Status Write(const arrow::RecordBatch& batch) override {
    ARROW_ASSIGN_OR_RAISE(const ColumnView column,
                          ColumnView::Make(*batch.column_data(0), DataType(TypeId::kString)));
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      if (!column.IsNull(row)) lines_->text().append(column.BytesAt(row));
      lines_->text().append(separator_);
      ARROW_RETURN_NOT_OK(lines_->FlushIfLarge());
    }
    return Status::OK();
  }
  Status Finish() override { return lines_->Finish(); }

 private:
  std::unique_ptr<LineWriter> lines_;
  const std::string separator_;
};

class TextFileFormat : public FileFormat {
 public:
  std::string_view Name() const override { return "text"; }

  Result<std::string> FileExtension(const Options& options) const override {
    ARROW_ASSIGN_OR_RAISE(const std::string ending,
                          CompressedFileEnding(options.GetOr("compression", "none")));
    return ".txt" + ending;
  }

  Status ValidateRead(const FileReadRequest& request) const override {
    ARROW_RETURN_NOT_OK(TextFileOptions::Make(request.options).status());
    return CheckTextSchema(request.columns, 0);
  }

  Result<std::unique_ptr<BatchReader>> OpenReader(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                  const FileReadRequest& request,
                                                  int64_t* input_rows) const override {
    ARROW_RETURN_NOT_OK(CheckTextSchema(request.columns, 0));
    ARROW_ASSIGN_OR_RAISE(const TextFileOptions options, TextFileOptions::Make(request.options));
    Result<std::shared_ptr<arrow::io::InputStream>> stream =
        OpenDecompressed(std::move(file), request.path);
    if (!stream.ok()) {
      return MakeErrorCausedBy("FAILED_READ_FILE.NO_HINT", {{"path", request.path}},
                               stream.status());
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::InputStream> decoded,
                          DecodeStream(*std::move(stream), options.encoding));
    return std::make_unique<TextReader>(std::move(decoded), request, options, input_rows);
  }

  Result<std::unique_ptr<FileFormatWriter>> OpenWriter(
      std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options,
      const std::string& /*session_time_zone*/) const override {
    ARROW_RETURN_NOT_OK(CheckTextSchema(schema, 1));
    ARROW_ASSIGN_OR_RAISE(const TextFileOptions text, TextFileOptions::Make(options));
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<LineWriter> lines,
                          LineWriter::Make(std::move(out), options.GetOr("compression", "none"),
                                           text.encoding));
    return std::make_unique<TextWriter>(std::move(lines),
                                        text.line_separator.empty() ? "\n" : text.line_separator);
  }

  Result<Schema> InferSchema(const std::vector<InferenceFile>& /*files*/,
      const Options& /*options*/) const override {
    return Schema().Add("value", TypeId::kString);
  }
};

}  // namespace

const FileFormat* TextFormat() {
  static const TextFileFormat kFormat;
  return &kFormat;
}

}  // namespace firesteel
