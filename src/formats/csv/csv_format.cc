#include <memory>
#include <utility>
#include <vector>

#include "arrow/array/data.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "formats/compression.h"
#include "formats/csv/csv_inference.h"
#include "formats/csv/csv_options.h"
#include "formats/csv/csv_reader.h"
#include "formats/csv/csv_record_parser.h"
#include "formats/csv/csv_text_writer.h"
#include "formats/file_format.h"
#include "formats/line_writer.h"

namespace firesteel {
namespace {

class CsvWriter : public FileFormatWriter {
 public:
  CsvWriter(std::unique_ptr<LineWriter> lines, std::unique_ptr<CsvTextWriter> text, Schema schema,
            std::string separator)
      : lines_(std::move(lines)),
        text_(std::move(text)),
        schema_(std::move(schema)),
        separator_(std::move(separator)) {}

  void WriteHeader() {
    text_->AppendHeader(schema_, &lines_->text());
    lines_->text().append(separator_);
  }

  Status Write(const arrow::RecordBatch& batch) override {
    std::vector<ColumnView> columns;
    for (int i = 0; i < schema_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(ColumnView column,
                            ColumnView::Make(*batch.column_data(i), schema_.field(i).type));
      columns.push_back(std::move(column));
    }
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      std::string& text = lines_->text();
      const size_t start = text.size();
      text_->AppendRow(columns, row, &text);
      // A row without a character leaves no line, as in Spark: readers pass over empty ones.
      if (text.size() > start) text.append(separator_);
      ARROW_RETURN_NOT_OK(lines_->FlushIfLarge());
    }
    return Status::OK();
  }

  Status Finish() override { return lines_->Finish(); }

 private:
  std::unique_ptr<LineWriter> lines_;
  std::unique_ptr<CsvTextWriter> text_;
  const Schema schema_;
  const std::string separator_;
};

class CsvFileFormat : public FileFormat {
 public:
  std::string_view Name() const override { return "csv"; }

  Result<std::string> FileExtension(const Options& options) const override {
    ARROW_ASSIGN_OR_RAISE(
        const std::string ending,
        CompressedFileEnding(options.GetOr("compression", options.GetOr("codec", "none"))));
    return "." + options.GetOr("extension", "csv") + ending;
  }

  Status ValidateRead(const FileReadRequest& request) const override {
    ARROW_ASSIGN_OR_RAISE(const CsvReadOptions options,
                          CsvReadOptions::Make(request.options, request.session_time_zone));
    ARROW_RETURN_NOT_OK(CheckCsvSchema(request, options));
    return JsonTemporalParser::Make(options.temporal).status();
  }

  Result<std::unique_ptr<BatchReader>> OpenReader(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                  const FileReadRequest& request,
                                                  int64_t* input_rows) const override {
    ARROW_ASSIGN_OR_RAISE(const CsvReadOptions options,
                          CsvReadOptions::Make(request.options, request.session_time_zone));
    ARROW_RETURN_NOT_OK(CheckCsvSchema(request, options));
    return OpenCsvReader(std::move(file), request, options, input_rows);
  }

  Result<std::unique_ptr<FileFormatWriter>> OpenWriter(
      std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options,
      const std::string& session_time_zone) const override {
    for (const StructField& field : schema.fields()) {
      if (CanReadCsv(field.type)) continue;
      return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                       {{"format", "CSV"},
                        {"columnName", "`" + field.name + "`"},
                        {"columnType", "\"" + field.type.Sql() + "\""}});
    }
    ARROW_ASSIGN_OR_RAISE(const CsvWriteOptions write,
                          CsvWriteOptions::Make(options, session_time_zone));
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<CsvTextWriter> text, CsvTextWriter::Make(write));
    ARROW_ASSIGN_OR_RAISE(
        std::unique_ptr<LineWriter> lines,
        LineWriter::Make(std::move(out),
                         options.GetOr("compression", options.GetOr("codec", "none")),
                         write.encoding));
    auto writer = std::make_unique<CsvWriter>(std::move(lines), std::move(text), schema,
                                              write.line_separator);
    if (write.header) writer->WriteHeader();
    return writer;
  }

  Result<Schema> InferSchema(const std::vector<InferenceFile>& files,
                             const Options& options) const override {
    return InferCsvSchema(files, options);
  }
};

}  // namespace

const FileFormat* CsvFormat() {
  static const CsvFileFormat kFormat;
  return &kFormat;
}

}  // namespace firesteel
