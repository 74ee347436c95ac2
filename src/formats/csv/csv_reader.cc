#include "formats/csv/csv_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/array/util.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/compression.h"
#include "formats/csv/csv_line_source.h"
#include "formats/csv/csv_record_parser.h"
#include "formats/read_failed.h"
#include "formats/utf8.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

// Ends a batch early when its records are long.
constexpr int64_t kBatchBytes = int64_t{16} << 20;

std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

Schema Without(const Schema& schema, const std::string& name) {
  Schema rest;
  for (const StructField& field : schema.fields()) {
    if (field.name != name) rest.Add(field.name, field.type, field.nullable);
  }
  return rest;
}

class CsvReader : public BatchReader {
 public:
  static Result<std::unique_ptr<BatchReader>> Make(std::shared_ptr<arrow::io::InputStream> stream,
                                                   const FileReadRequest& request,
                                                   const CsvReadOptions& options,
                                                   int64_t* input_rows) {
    auto reader = std::unique_ptr<CsvReader>(new CsvReader(request, options, input_rows));
    ARROW_ASSIGN_OR_RAISE(reader->records_, CsvLineSource::Make(std::move(stream), options));
    // The text of a bad record is only complete when nothing is left out of it.
    CsvReadOptions parser_options = options;
    parser_options.column_pruning &= reader->corrupt_index_ < 0;
    ARROW_ASSIGN_OR_RAISE(
        reader->parser_,
        CsvRecordParser::Make(reader->data_schema_, reader->parsed_schema_, parser_options));
    reader->counts_only_ = reader->parsed_schema_.size() == 0 && parser_options.column_pruning;
    return reader;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    const Status status = Fill();
    if (!status.ok()) {
      return ErrorCondition(status).starts_with("FAILED_READ_FILE") ? status
                                                                    : ReadFailed(path_, status);
    }
    if (rows_ == 0) return nullptr;
    return FinishBatch();
  }

 private:
  CsvReader(const FileReadRequest& request, const CsvReadOptions& options, int64_t* input_rows)
      : options_(options),
        path_(request.path),
        batch_rows_(std::max<int64_t>(1, request.batch_rows)),
        arrow_schema_(ToArrowSchema(request.columns)),
        data_schema_(Without(request.full_schema, options.corrupt_column)),
        parsed_schema_(Without(request.columns, options.corrupt_column)),
        corrupt_index_(request.columns.IndexOf(options.corrupt_column)),
        corrupt_(DataType(TypeId::kString)),
        input_rows_(input_rows) {
    for (const StructField& field : parsed_schema_.fields()) columns_.emplace_back(field.type);
  }

  // Passes over the header, and holds it against the schema when told to.
  Status ReadHeader() {
    if (!options_.header) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const bool found, records_->Next());
    if (!found || options_.enforce_schema) return Status::OK();
    const auto& names = records_->tokens();
    bool equal = static_cast<int>(names.size()) == data_schema_.size();
    std::string header;
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string name(names[i].value_or(""));
      header += (i == 0 ? "" : ", ") + name;
      equal = equal && LowerCase(name) == LowerCase(data_schema_.field(static_cast<int>(i)).name);
    }
    if (equal) return Status::OK();
    return Status::Invalid("The header of the CSV file does not name the columns of the schema: ",
                           header);
  }

  // Parses until a batch is full or the file ends.
  Status Fill() {
    if (std::exchange(at_start_, false)) ARROW_RETURN_NOT_OK(ReadHeader());
    int64_t bytes = 0;
    while (rows_ < batch_rows_ && bytes < kBatchBytes) {
      ARROW_ASSIGN_OR_RAISE(const bool found, counts_only_ ? records_->Skip() : records_->Next());
      if (!found) return Status::OK();
      bytes += static_cast<int64_t>(records_->record().size());
      ++rows_;
      if (counts_only_) continue;
      ARROW_ASSIGN_OR_RAISE(const CsvRecordParser::Outcome outcome,
                            parser_->Convert(records_->tokens(), &columns_));
      if (outcome.malformed) ARROW_RETURN_NOT_OK(HandleMalformed(outcome));
    }
    return Status::OK();
  }

  Status HandleMalformed(const CsvRecordParser::Outcome& outcome) {
    switch (options_.mode) {
      case ParseMode::kPermissive: {
        if (corrupt_index_ < 0) return Status::OK();
        ARROW_RETURN_NOT_OK(PadCorruptColumn(rows_ - 1));
        const std::string_view record = records_->record();
        return corrupt_.AppendBytes(IsValidUtf8(record) ? std::string(record)
                                                        : ReplaceInvalidUtf8(record));
      }
      case ParseMode::kDropMalformed:
        --rows_;
        for (JsonColumn& column : columns_) column.Truncate(rows_);
        return Status::OK();
      case ParseMode::kFailFast:
        break;
    }
    ARROW_ASSIGN_OR_RAISE(const std::string row, DescribeRow(rows_ - 1));
    return ReadFailed(
        path_, MakeErrorCausedBy("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                                 {{"badRecord", row}, {"failFastMode", "FAILFAST"}},
                                 MakeErrorCausedBy("MALFORMED_CSV_RECORD",
                                                   {{"badRecord", std::string(records_->record())}},
                                                   Status::Invalid(outcome.reason))));
  }

  // Shows what could be read of a row, for an error. The columns are not used afterwards.
  Result<std::string> DescribeRow(int64_t row) {
    std::string text = "[";
    for (JsonColumn& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> array, column.Finish());
      const Value value = GetValue(*array, row, column.type());
      if (text.size() > 1) text += ",";
      text += value.is_null() ? "null" : value.ToString();
    }
    return text + "]";
  }

  Status PadCorruptColumn(int64_t length) {
    while (corrupt_.length() < length) ARROW_RETURN_NOT_OK(corrupt_.AppendNull());
    return Status::OK();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> FinishBatch() {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (JsonColumn& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array, column.Finish());
      arrays.push_back(std::move(array));
    }
    if (corrupt_index_ >= 0) {
      ARROW_RETURN_NOT_OK(PadCorruptColumn(rows_));
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array, corrupt_.Finish());
      arrays.insert(arrays.begin() + corrupt_index_, std::move(array));
    }
    const int64_t rows = std::exchange(rows_, 0);
    *input_rows_ += rows;
    return arrow::RecordBatch::Make(arrow_schema_, rows, std::move(arrays));
  }

  const CsvReadOptions options_;
  const std::string path_;
  const int64_t batch_rows_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const Schema data_schema_;    // what a record holds
  const Schema parsed_schema_;  // what is wanted of it
  const int corrupt_index_;     // in the request's columns; -1: not wanted
  std::unique_ptr<CsvLineSource> records_;
  std::unique_ptr<CsvRecordParser> parser_;
  std::vector<JsonColumn> columns_;
  JsonColumn corrupt_;  // shorter than the others until a record is malformed
  bool counts_only_ = false;
  bool at_start_ = true;
  int64_t rows_ = 0;  // in the columns
  int64_t* input_rows_;
};

}  // namespace

Status CheckCsvSchema(const FileReadRequest& request, const CsvReadOptions& options) {
  for (const Schema* schema : {&request.full_schema, &request.columns}) {
    const int corrupt = schema->IndexOf(options.corrupt_column);
    if (corrupt >= 0 && schema->field(corrupt).type.id() != TypeId::kString) {
      return MakeError("INVALID_CORRUPT_RECORD_TYPE",
                       {{"columnName", "`" + options.corrupt_column + "`"},
                        {"actualType", "\"" + schema->field(corrupt).type.Sql() + "\""}});
    }
    for (const StructField& field : schema->fields()) {
      if (CanReadCsv(field.type)) continue;
      return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                       {{"format", "CSV"},
                        {"columnName", "`" + field.name + "`"},
                        {"columnType", "\"" + field.type.Sql() + "\""}});
    }
  }
  if (request.columns.size() == 1 && request.columns.field(0).name == options.corrupt_column) {
    return MakeError("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", {});
  }
  return Status::OK();
}

Result<std::unique_ptr<BatchReader>> OpenCsvReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
    const CsvReadOptions& options, int64_t* input_rows) {
  Result<std::shared_ptr<arrow::io::InputStream>> stream =
      OpenDecompressed(std::move(file), request.path);
  if (!stream.ok()) return ReadFailed(request.path, stream.status());
  return CsvReader::Make(*std::move(stream), request, options, input_rows);
}

}  // namespace firesteel
