#include "formats/csv/csv_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "formats/compression.h"
#include "formats/csv/csv_line_source.h"
#include "formats/csv/csv_record_parser.h"
#include "formats/read_failed.h"
#include "formats/record_columns.h"

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
    parser_options.column_pruning &= !reader->columns_.keeps_corrupt_records();
    ARROW_ASSIGN_OR_RAISE(
        reader->parser_, CsvRecordParser::Make(
                             reader->data_schema_, reader->columns_.parsed_schema(), parser_options,
                             RowFilter::Of(reader->columns_.parsed_schema(), request.filters)));
    reader->counts_only_ =
        reader->columns_.parsed_schema().size() == 0 && parser_options.column_pruning;
    return reader;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    const Status status = Fill();
    if (!status.ok()) {
      return ErrorCondition(status).starts_with("FAILED_READ_FILE") ? status
                                                                    : ReadFailed(path_, status);
    }
    if (columns_.rows() == 0) return nullptr;
    *input_rows_ += columns_.rows();
    return columns_.Finish();
  }

 private:
  CsvReader(const FileReadRequest& request, const CsvReadOptions& options, int64_t* input_rows)
      : options_(options),
        path_(request.path),
        batch_rows_(std::max<int64_t>(1, request.batch_rows)),
        data_schema_(Without(request.full_schema, options.corrupt_column)),
        columns_(request, options.mode, options.corrupt_column),
        input_rows_(input_rows) {}

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
    while (columns_.rows() < batch_rows_ && (columns_.rows() == 0 || bytes < kBatchBytes)) {
      ARROW_ASSIGN_OR_RAISE(const bool found, counts_only_ ? records_->Skip() : records_->Next());
      if (!found) return Status::OK();
      bytes += static_cast<int64_t>(records_->record().size());
      columns_.AddRows(1);
      if (counts_only_) continue;
      ARROW_ASSIGN_OR_RAISE(const CsvRecordParser::Outcome outcome,
                            parser_->Convert(records_->tokens(), columns_.parsed()));
      if (outcome.dropped) columns_.AddRows(-1);
      if (outcome.malformed) ARROW_RETURN_NOT_OK(HandleMalformed(outcome));
    }
    return Status::OK();
  }

  Status HandleMalformed(const CsvRecordParser::Outcome& outcome) {
    const std::string_view record = records_->record();
    return columns_.HandleMalformed(record, 1, [&] {
      return MakeErrorCausedBy("MALFORMED_CSV_RECORD", {{"badRecord", std::string(record)}},
                               Status::Invalid(outcome.reason));
    });
  }

  const CsvReadOptions options_;
  const std::string path_;
  const int64_t batch_rows_;
  const Schema data_schema_;  // what a record holds
  RecordColumns columns_;
  std::unique_ptr<CsvLineSource> records_;
  std::unique_ptr<CsvRecordParser> parser_;
  bool counts_only_ = false;
  bool at_start_ = true;
  int64_t* input_rows_;
};

}  // namespace

Status CheckCsvSchema(const FileReadRequest& request, const CsvReadOptions& options) {
  return CheckRecordSchemas(request, options.corrupt_column, [](const Schema& schema) -> Status {
    for (const StructField& field : schema.fields()) {
      if (CanReadCsv(field.type)) continue;
      return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                       {{"format", "CSV"},
                        {"columnName", "`" + field.name + "`"},
                        {"columnType", "\"" + field.type.Sql() + "\""}});
    }
    return Status::OK();
  });
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
