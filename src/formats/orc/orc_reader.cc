#include "formats/orc/orc_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/orc/orc_column_reader.h"
#include "formats/orc/orc_file_tail.h"
#include "formats/read_failed.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

Result<OrcFileTail> ReadTail(arrow::io::RandomAccessFile* file, const std::string& path) {
  Result<OrcFileTail> tail = OrcFileTail::Read(file);
  if (tail.ok()) return tail;
  return MakeErrorCausedBy("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {{"path", path}},
                           tail.status());
}

class OrcReader : public BatchReader {
 public:
  static Result<std::unique_ptr<BatchReader>> Make(
      std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
      int64_t* input_rows) {
    ARROW_ASSIGN_OR_RAISE(OrcFileTail tail, ReadTail(file.get(), request.path));
    auto reader = std::unique_ptr<OrcReader>(
        new OrcReader(std::move(file), std::move(tail), request, input_rows));
    for (int i = 0; i < request.columns.size(); ++i) {
      const StructField& column = request.columns.field(i);
      const int64_t node = FindOrcField(reader->tail_, 0, column.name,
                                        request.full_schema.IndexOf(column.name));
      if (node >= 0 && !CanReadOrc(reader->tail_, static_cast<uint32_t>(node), column.type)) {
        return ReadFailed(request.path, Status::Invalid("The column ", column.name,
                                                        " cannot be read as ",
                                                        column.type.SimpleString(), "."));
      }
      reader->nodes_.push_back(node);
    }
    return reader;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (stripe_rows_ == 0) {
      if (next_stripe_ == tail_.stripes.size()) return nullptr;
      const Status status = OpenStripe(tail_.stripes[next_stripe_++]);
      if (!status.ok()) return ReadFailed(path_, status);
    }
    const int64_t rows = std::min(stripe_rows_, batch_rows_);
    stripe_rows_ -= rows;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      Result<std::shared_ptr<arrow::Array>> array =
          columns_[i] == nullptr
              ? arrow::MakeArrayOfNull(arrow_schema_->field(static_cast<int>(i))->type(), rows)
              : columns_[i]->Read(rows, nullptr);
      if (!array.ok()) return ReadFailed(path_, array.status());
      arrays.push_back(*std::move(array));
    }
    *input_rows_ += rows;
    return arrow::RecordBatch::Make(arrow_schema_, rows, std::move(arrays));
  }

 private:
  OrcReader(std::shared_ptr<arrow::io::RandomAccessFile> file, OrcFileTail tail,
            const FileReadRequest& request, int64_t* input_rows)
      : file_(std::move(file)),
        tail_(std::move(tail)),
        columns_schema_(request.columns),
        arrow_schema_(ToArrowSchema(request.columns)),
        path_(request.path),
        batch_rows_(std::max<int64_t>(1, request.batch_rows)),
        input_rows_(input_rows) {}

  Status OpenStripe(const OrcStripe& stripe) {
    stripe_rows_ = stripe.rows;
    columns_.clear();
    if (nodes_.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(footer_, OrcStripeFooter::Read(file_.get(), tail_, stripe));
    OrcStripeContext context{file_.get(), &tail_, &footer_, nullptr};
    ARROW_ASSIGN_OR_RAISE(
        context.writer_zone,
        TimeZone::Find(footer_.writer_time_zone.empty() ? "UTC" : footer_.writer_time_zone));
    for (size_t i = 0; i < nodes_.size(); ++i) {
      std::unique_ptr<OrcColumnReader> column;
      if (nodes_[i] >= 0) {
        ARROW_ASSIGN_OR_RAISE(
            column, MakeOrcColumnReader(context, static_cast<uint32_t>(nodes_[i]),
                                        columns_schema_.field(static_cast<int>(i)).type));
      }
      columns_.push_back(std::move(column));
    }
    return Status::OK();
  }

  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const OrcFileTail tail_;
  const Schema columns_schema_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const std::string path_;
  const int64_t batch_rows_;
  std::vector<int64_t> nodes_;  // of the columns; -1: the file has none
  size_t next_stripe_ = 0;
  OrcStripeFooter footer_;
  std::vector<std::unique_ptr<OrcColumnReader>> columns_;  // of the stripe; null without a node
  int64_t stripe_rows_ = 0;                                // left of it
  int64_t* input_rows_;
};

}  // namespace

Result<std::unique_ptr<BatchReader>> OpenOrcReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
    int64_t* input_rows) {
  return OrcReader::Make(std::move(file), request, input_rows);
}

Result<Schema> InferOrcSchema(const InferenceFile& file) {
  ARROW_ASSIGN_OR_RAISE(const OrcFileTail tail, ReadTail(file.file.get(), file.path));
  const Result<Schema> schema = tail.FileSchema();
  if (schema.ok()) return schema;
  return ReadFailed(file.path, schema.status());
}

}  // namespace firesteel
