#include "formats/json/json_writer.h"

#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "formats/json/json_text_writer.h"
#include "formats/line_writer.h"
#include "formats/text_encoding.h"

namespace firesteel {
namespace {

class JsonWriter : public FileFormatWriter {
 public:
  JsonWriter(std::unique_ptr<LineWriter> lines, JsonTextWriter text, Schema schema,
             std::string separator)
      : lines_(std::move(lines)),
        text_(std::move(text)),
        schema_(std::move(schema)),
        separator_(std::move(separator)) {}

  Status Write(const arrow::RecordBatch& batch) override {
    std::vector<ColumnView> columns;
    for (int i = 0; i < schema_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(ColumnView column,
                            ColumnView::Make(*batch.column_data(i), schema_.field(i).type));
      columns.push_back(std::move(column));
    }
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      ARROW_RETURN_NOT_OK(text_.AppendRow(schema_, columns, row, &lines_->text()));
      lines_->text().append(separator_);
      ARROW_RETURN_NOT_OK(lines_->FlushIfLarge());
    }
    return Status::OK();
  }

  Status Finish() override { return lines_->Finish(); }

 private:
  std::unique_ptr<LineWriter> lines_;
  JsonTextWriter text_;
  const Schema schema_;
  const std::string separator_;
};

}  // namespace

Result<std::unique_ptr<FileFormatWriter>> OpenJsonWriter(
    std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options,
    const std::string& session_time_zone) {
  for (const StructField& field : schema.fields()) {
    if (!JsonTextWriter::Supports(field.type)) {
      return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                       {{"format", "JSON"},
                        {"columnName", "`" + field.name + "`"},
                        {"columnType", "\"" + field.type.Sql() + "\""}});
    }
  }
  const std::string separator = options.GetOr("lineSep", "\n");
  if (separator.empty()) {
    return MakeError("INVALID_OPTION_VALUE",
                     {{"option", "lineSep"}, {"value", "''"}, {"reason", "it is empty"}});
  }
  ARROW_ASSIGN_OR_RAISE(const std::string encoding, ReadEncodingOption(options, "JSONOptions"));
  ARROW_ASSIGN_OR_RAISE(JsonTextWriter text, JsonTextWriter::Make(options, session_time_zone));
  ARROW_ASSIGN_OR_RAISE(
      std::unique_ptr<LineWriter> lines,
      LineWriter::Make(std::move(out), options.GetOr("compression", "none"), encoding));
  return std::make_unique<JsonWriter>(std::move(lines), std::move(text), schema, separator);
}

}  // namespace firesteel
