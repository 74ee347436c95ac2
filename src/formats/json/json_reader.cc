#include "formats/json/json_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/compression.h"
#include "formats/json/json_line_parser.h"
#include "formats/json/json_temporal_parser.h"
#include "formats/line_block_reader.h"
#include "formats/read_failed.h"
#include "formats/text_encoding.h"
#include "formats/utf8.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

// Ends a batch early when its lines are long.
constexpr int64_t kJsonBatchBytes = int64_t{16} << 20;

class JsonReader : public BatchReader {
 public:
  static Result<std::unique_ptr<BatchReader>> Make(std::shared_ptr<arrow::io::InputStream> stream,
                                                   const FileReadRequest& request,
                                                   const JsonReadOptions& options,
                                                   int64_t* input_rows) {
    auto reader = std::unique_ptr<JsonReader>(
        new JsonReader(std::move(stream), request, options, input_rows));
    ARROW_ASSIGN_OR_RAISE(reader->temporal_, JsonTemporalParser::Make(options));
    ARROW_ASSIGN_OR_RAISE(reader->parser_,
                          JsonLineParser::Make(reader->parsed_schema_, options.syntax,
                                               reader->temporal_.get(), options.line_separator,
                                               JsonRowFilter::Of(reader->parsed_schema_,
                                                                 request.filters)));
    return reader;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (pending_ == nullptr) {
      ARROW_RETURN_NOT_OK(Fill());
      if (rows_ == 0) return nullptr;
      ARROW_ASSIGN_OR_RAISE(pending_, FinishBatch());
      pending_offset_ = 0;
    }
    // One line may hold more rows than a batch should.
    std::shared_ptr<arrow::RecordBatch> batch = pending_;
    const int64_t left = pending_->num_rows() - pending_offset_;
    if (pending_offset_ > 0 || left > 2 * batch_rows_) {
      batch = pending_->Slice(pending_offset_, std::min(left, batch_rows_));
    }
    pending_offset_ += batch->num_rows();
    if (pending_offset_ == pending_->num_rows()) pending_ = nullptr;
    *input_rows_ += batch->num_rows();
    return batch;
  }

 private:
  JsonReader(std::shared_ptr<arrow::io::InputStream> stream, const FileReadRequest& request,
             const JsonReadOptions& options, int64_t* input_rows)
      : stream_(stream),
        blocks_(std::move(stream), options.line_separator),
        options_(options),
        path_(request.path),
        batch_rows_(std::max<int64_t>(1, request.batch_rows)),
        arrow_schema_(ToArrowSchema(request.columns)),
        corrupt_index_(request.columns.IndexOf(options.corrupt_column)),
        corrupt_(DataType(TypeId::kString)),
        input_rows_(input_rows) {
    for (int i = 0; i < request.columns.size(); ++i) {
      if (i == corrupt_index_) continue;
      parsed_schema_.Add(request.columns.field(i).name, request.columns.field(i).type);
      columns_.emplace_back(request.columns.field(i).type);
    }
  }

  // Parses until a batch is full or the file ends.
  Status Fill() {
    if (options_.multi_line) return FillFromWholeFile();
    const int64_t end_bytes = parser_->parsed_bytes() + kJsonBatchBytes;
    while (rows_ < batch_rows_ && (rows_ == 0 || parser_->parsed_bytes() < end_bytes)) {
      if (parser_->used_up()) {
        Result<std::string_view> block = blocks_.NextBlock();
        if (!block.ok()) return ReadFailed(path_, block.status());
        if (block->empty()) return Status::OK();
        parser_->SetBlock(*block);
      }
      ARROW_ASSIGN_OR_RAISE(const JsonLineParser::Step step,
                            parser_->Parse(&columns_, rows_, batch_rows_));
      rows_ += step.rows;
      if (step.outcome.malformed) {
        ARROW_RETURN_NOT_OK(HandleMalformed(step.record, step.outcome));
      }
    }
    return Status::OK();
  }

  Status FillFromWholeFile() {
    if (whole_file_done_) return Status::OK();
    whole_file_done_ = true;
    std::string text;
    while (true) {
      Result<std::shared_ptr<arrow::Buffer>> piece = stream_->Read(int64_t{1} << 20);
      if (!piece.ok()) return ReadFailed(path_, piece.status());
      if ((*piece)->size() == 0) break;
      text.append(reinterpret_cast<const char*>((*piece)->data()), (*piece)->size());
    }
    JsonRecordParser parser(parsed_schema_, options_.syntax, temporal_.get());
    ARROW_ASSIGN_OR_RAISE(const JsonRecordParser::Outcome outcome,
                          parser.Parse(text, &columns_, 0));
    rows_ = outcome.rows;
    return outcome.malformed ? HandleMalformed(text, outcome) : Status::OK();
  }

  Status HandleMalformed(std::string_view record, const JsonRecordParser::Outcome& outcome) {
    switch (options_.mode) {
      case ParseMode::kPermissive:
        if (corrupt_index_ < 0) return Status::OK();
        ARROW_RETURN_NOT_OK(PadCorruptColumn(rows_ - outcome.rows));
        while (corrupt_.length() < rows_) {
          ARROW_RETURN_NOT_OK(corrupt_.AppendBytes(
              IsValidUtf8(record) ? std::string(record) : ReplaceInvalidUtf8(record)));
        }
        return Status::OK();
      case ParseMode::kDropMalformed:
        rows_ -= outcome.rows;
        for (JsonColumn& column : columns_) column.Truncate(rows_);
        return Status::OK();
      case ParseMode::kFailFast:
        break;
    }
    ARROW_ASSIGN_OR_RAISE(const std::string row, DescribeRow(rows_ - outcome.rows));
    return ReadFailed(
        path_, MakeErrorCausedBy("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                                 {{"badRecord", row}, {"failFastMode", "FAILFAST"}},
                                 Status::Invalid("the record cannot be read: ", outcome.reason)));
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
    auto batch = arrow::RecordBatch::Make(arrow_schema_, rows_, std::move(arrays));
    rows_ = 0;
    return batch;
  }

  std::shared_ptr<arrow::io::InputStream> stream_;
  LineBlockReader blocks_;
  const JsonReadOptions options_;
  const std::string path_;
  const int64_t batch_rows_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const int corrupt_index_;  // in the request's columns; -1: not wanted
  Schema parsed_schema_;     // without the corrupt-record column
  std::unique_ptr<JsonTemporalParser> temporal_;
  std::unique_ptr<JsonLineParser> parser_;
  std::vector<JsonColumn> columns_;
  JsonColumn corrupt_;  // shorter than the others until a record is malformed
  int64_t rows_ = 0;    // in the columns
  bool whole_file_done_ = false;
  std::shared_ptr<arrow::RecordBatch> pending_;  // finished, given in slices
  int64_t pending_offset_ = 0;
  int64_t* input_rows_;
};

}  // namespace

Result<std::unique_ptr<BatchReader>> OpenJsonReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
    const JsonReadOptions& options, int64_t* input_rows) {
  Result<std::shared_ptr<arrow::io::InputStream>> stream =
      OpenDecompressed(std::move(file), request.path);
  if (!stream.ok()) return ReadFailed(request.path, stream.status());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::InputStream> decoded,
                        DecodeStream(*std::move(stream), options.encoding));
  return JsonReader::Make(std::move(decoded), request, options, input_rows);
}

}  // namespace firesteel
