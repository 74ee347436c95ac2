#include "exec/scan_reader.h"

#include <string>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"

namespace firesteel {

namespace {

class ScanReader final : public BatchReader {
 public:
  ScanReader(std::shared_ptr<arrow::Schema> schema, std::atomic<int64_t>* input_rows)
      : schema_(std::move(schema)), input_rows_(input_rows) {}

  Status Open(const std::function<Result<std::unique_ptr<BatchReader>>(const ReadContext&)>& open,
              int partition, TaskContext* task) {
    ReadContext context;
    context.partition = partition;
    context.batch_rows = task->execution->services().batch_rows;
    context.input_file = &task->evaluation.input_file;
    context.input_rows = &rows_read_;
    cancellation_ = &task->execution->cancellation();
    context.cancelled = &cancellation_->flag();
    ARROW_ASSIGN_OR_RAISE(reader_, open(context));
    return Status::OK();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (true) {
      // Here too, because an operator above may drop every batch and never come back up.
      ARROW_RETURN_NOT_OK(cancellation_->Check());
      Result<std::shared_ptr<arrow::RecordBatch>> next = reader_->Next();
      if (input_rows_ && rows_read_ != 0) {
        input_rows_->fetch_add(rows_read_, std::memory_order_relaxed);
      }
      rows_read_ = 0;
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, std::move(next));
      if (!batch) return nullptr;
      if (batch->num_rows() == 0) continue;
      ARROW_RETURN_NOT_OK(Check(*batch));
      // Names and nullability are the plan's; a connector answers only for the types.
      return arrow::RecordBatch::Make(schema_, batch->num_rows(), batch->columns());
    }
  }

 private:
  Status Check(const arrow::RecordBatch& batch) const {
    bool same = batch.num_columns() == schema_->num_fields();
    for (int i = 0; same && i < batch.num_columns(); ++i) {
      same = batch.column(i)->type_id() == schema_->field(i)->type()->id();
    }
    if (same) return Status::OK();
    return InternalError("A scan gave the columns " + batch.schema()->ToString() +
                         " instead of " + schema_->ToString());
  }

  std::shared_ptr<arrow::Schema> schema_;
  std::atomic<int64_t>* input_rows_;
  const CancellationToken* cancellation_ = nullptr;
  int64_t rows_read_ = 0;
  std::unique_ptr<BatchReader> reader_;
};

}  // namespace

Result<std::unique_ptr<BatchReader>> OpenScanReader(
    const std::function<Result<std::unique_ptr<BatchReader>>(const ReadContext&)>& open,
    const std::shared_ptr<arrow::Schema>& schema, int partition, TaskContext* task,
    std::atomic<int64_t>* input_rows) {
  auto reader = std::make_unique<ScanReader>(schema, input_rows);
  ARROW_RETURN_NOT_OK(reader->Open(open, partition, task));
  return reader;
}

}  // namespace firesteel
