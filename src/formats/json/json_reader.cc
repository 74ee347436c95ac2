#include "formats/json/json_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "formats/compression.h"
#include "formats/json/json_line_parser.h"
#include "formats/json/json_temporal_parser.h"
#include "formats/line_block_reader.h"
#include "formats/read_failed.h"
#include "formats/record_columns.h"
#include "formats/text_encoding.h"

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
    const Schema& schema = reader->columns_.parsed_schema();
    JsonRowFilter filter = JsonRowFilter::Of(schema, request.filters);
    filter.passes_over_missing = options.mode == ParseMode::kPermissive && filter.others.empty();
    ARROW_ASSIGN_OR_RAISE(reader->parser_,
                          JsonLineParser::Make(schema, options.syntax, reader->temporal_.get(),
                                               options.line_separator, std::move(filter)));
    return reader;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (pending_ == nullptr) {
      ARROW_RETURN_NOT_OK(Fill());
      if (columns_.rows() == 0) return nullptr;
      ARROW_ASSIGN_OR_RAISE(pending_, columns_.Finish());
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
        columns_(request, options.mode, options.corrupt_column),
        filter_(RowFilter::Of(columns_.parsed_schema(), request.filters)),
        input_rows_(input_rows) {}

  // Parses until a batch is full or the file ends.
  Status Fill() {
    if (options_.multi_line) return FillFromWholeFile();
    const int64_t end_bytes = parser_->parsed_bytes() + kJsonBatchBytes;
    while (columns_.rows() < batch_rows_ &&
           (columns_.rows() == 0 || parser_->parsed_bytes() < end_bytes)) {
      if (parser_->used_up()) {
        Result<std::string_view> block = blocks_.NextBlock();
        if (!block.ok()) return ReadFailed(path_, block.status());
        if (block->empty()) return Status::OK();
        parser_->SetBlock(*block);
      }
      ARROW_ASSIGN_OR_RAISE(const JsonLineParser::Step step,
                            parser_->Parse(columns_.parsed(), columns_.rows(), batch_rows_));
      columns_.AddRows(step.rows);
      *input_rows_ += step.unwanted;
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
    JsonRecordParser parser(columns_.parsed_schema(), options_.syntax, temporal_.get(), filter_);
    ARROW_ASSIGN_OR_RAISE(const JsonRecordParser::Outcome outcome,
                          parser.Parse(text, columns_.parsed(), 0));
    columns_.AddRows(outcome.rows);
    return outcome.malformed ? HandleMalformed(text, outcome) : Status::OK();
  }

  Status HandleMalformed(std::string_view record, const JsonRecordParser::Outcome& outcome) {
    return columns_.HandleMalformed(record, outcome.rows, [&outcome] {
      return Status::Invalid("the record cannot be read: ", outcome.reason);
    });
  }

  std::shared_ptr<arrow::io::InputStream> stream_;
  LineBlockReader blocks_;
  const JsonReadOptions options_;
  const std::string path_;
  const int64_t batch_rows_;
  RecordColumns columns_;
  const RowFilter filter_;
  std::unique_ptr<JsonTemporalParser> temporal_;
  std::unique_ptr<JsonLineParser> parser_;
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
