#include <string>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/operators.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Gives the batches it was made with, in one partition.
class LocalScan final : public PhysicalPlan {
 public:
  LocalScan(Schema schema, std::vector<std::shared_ptr<arrow::RecordBatch>> batches, int64_t rows)
      : PhysicalPlan(std::move(schema), {}), batches_(std::move(batches)), rows_(rows) {}

  static Result<PhysicalPlanPtr> Make(Schema schema,
                                      std::vector<std::shared_ptr<arrow::RecordBatch>> batches) {
    const std::shared_ptr<arrow::Schema> arrow_schema = ToArrowSchema(schema);
    std::vector<std::shared_ptr<arrow::RecordBatch>> kept;
    int64_t rows = 0;
    for (const auto& batch : batches) {
      if (batch->num_columns() != schema.size()) {
        return InternalError("A local relation's batch does not have its columns.");
      }
      if (batch->num_rows() == 0) continue;
      rows += batch->num_rows();
      kept.push_back(arrow::RecordBatch::Make(arrow_schema, batch->num_rows(), batch->columns()));
    }
    return std::make_shared<LocalScan>(std::move(schema), std::move(kept), rows);
  }

  std::string Name() const override { return "LocalScan"; }
  std::optional<int64_t> KnownRows(const ExecutionContext&) const override { return rows_; }

  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext*) const override {
    return std::make_unique<Reader>(&batches_);
  }

 private:
  class Reader final : public BatchReader {
   public:
    explicit Reader(const std::vector<std::shared_ptr<arrow::RecordBatch>>* batches)
        : batches_(batches) {}
    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (next_ == batches_->size()) return nullptr;
      return (*batches_)[next_++];
    }

   private:
    const std::vector<std::shared_ptr<arrow::RecordBatch>>* batches_;
    size_t next_ = 0;
  };

  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  int64_t rows_;
};

}  // namespace

Result<PhysicalPlanPtr> NewLocalScan(Schema schema,
                                     std::vector<std::shared_ptr<arrow::RecordBatch>> batches) {
  return LocalScan::Make(std::move(schema), std::move(batches));
}

}  // namespace firesteel
