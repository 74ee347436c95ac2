#include <algorithm>
#include <string>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/operators.h"
#include "exec/partition_sequence_reader.h"

namespace firesteel {

namespace {

/// Ends its input after `count` rows.
class LimitReader final : public BatchReader {
 public:
  LimitReader(std::unique_ptr<BatchReader> input, int64_t count)
      : input_(std::move(input)), left_(count) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (left_ == 0) {
      input_.reset();
      return nullptr;
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
    if (!batch) {
      left_ = 0;
      return nullptr;
    }
    const int64_t rows = std::min(left_, batch->num_rows());
    left_ -= rows;
    return rows == batch->num_rows() ? batch : batch->Slice(0, rows);
  }

 private:
  std::unique_ptr<BatchReader> input_;
  int64_t left_;
};

/// The first rows of all partitions in order: reads them one after the other and no further than
/// needed. Over an operator with state an exchange must come between, because state commits only
/// when everything was read.
class Limit final : public PhysicalPlan {
 public:
  Limit(PhysicalPlanPtr child, int64_t count)
      : PhysicalPlan(child->schema(), {child}), count_(count) {}
  std::string Name() const override { return "Limit " + std::to_string(count_); }
  int PartitionCount(const ExecutionContext&) const override { return 1; }
  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext* task) const override {
    return std::make_unique<LimitReader>(
        NewPartitionSequenceReader(children()[0].get(), task->execution), count_);
  }

 private:
  int64_t count_;
};

/// The first rows of each partition.
class LocalLimit final : public PhysicalPlan {
 public:
  LocalLimit(PhysicalPlanPtr child, int64_t count)
      : PhysicalPlan(child->schema(), {child}), count_(count) {}
  std::string Name() const override { return "LocalLimit " + std::to_string(count_); }
  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    return std::make_unique<LimitReader>(std::move(input), count_);
  }

 private:
  int64_t count_;
};

template <typename Operator>
Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, int64_t count) {
  if (count < 0) return InternalError("A limit is negative: " + std::to_string(count));
  return std::make_shared<Operator>(std::move(child), count);
}

}  // namespace

Result<PhysicalPlanPtr> NewLimit(PhysicalPlanPtr child, int64_t count) {
  return Make<Limit>(std::move(child), count);
}

Result<PhysicalPlanPtr> NewLocalLimit(PhysicalPlanPtr child, int64_t count) {
  return Make<LocalLimit>(std::move(child), count);
}

}  // namespace firesteel
