#include <algorithm>
#include <string>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/operators.h"
#include "exec/partition_sequence_reader.h"

namespace firesteel {

namespace {

class OffsetReader final : public BatchReader {
 public:
  OffsetReader(std::unique_ptr<BatchReader> input, int64_t count)
      : input_(std::move(input)), left_(count) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (true) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
      if (!batch || left_ == 0) return batch;
      const int64_t rows = std::min(left_, batch->num_rows());
      left_ -= rows;
      if (rows < batch->num_rows()) return batch->Slice(rows);
    }
  }

 private:
  std::unique_ptr<BatchReader> input_;
  int64_t left_;
};

/// Leaves out the first rows of all partitions in order, which are read one after the other.
class OffsetOperator final : public PhysicalPlan {
 public:
  OffsetOperator(PhysicalPlanPtr child, int64_t count)
      : PhysicalPlan(child->schema(), {child}), count_(count) {}
  std::string Name() const override { return "Offset " + std::to_string(count_); }
  int PartitionCount(const ExecutionContext&) const override { return 1; }
  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext* task) const override {
    return std::make_unique<OffsetReader>(
        NewPartitionSequenceReader(children()[0].get(), task->execution), count_);
  }

 private:
  int64_t count_;
};

}  // namespace

Result<PhysicalPlanPtr> NewOffset(PhysicalPlanPtr child, int64_t count) {
  if (count < 0) return InternalError("An offset is negative: " + std::to_string(count));
  return std::make_shared<OffsetOperator>(std::move(child), count);
}

}  // namespace firesteel
