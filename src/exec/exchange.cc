#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/expression_text.h"
#include "exec/operators.h"
#include "exec/spillable_buffer.h"
#include "types/arrow_types.h"
#include "types/hash.h"

namespace firesteel {

namespace {

using Buffers = std::vector<std::unique_ptr<SpillableBuffer>>;

/// What one run keeps between the two sides of an exchange.
struct Exchanged {
  std::vector<Buffers> by_source;  // [source partition][target partition]
  int64_t rows = 0;
};

/// Reads buffers one after the other.
class BufferSequenceReader final : public BatchReader {
 public:
  explicit BufferSequenceReader(std::vector<const SpillableBuffer*> buffers)
      : buffers_(std::move(buffers)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (true) {
      if (reader_) {
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader_->Next());
        if (batch) return batch;
        reader_.reset();
      }
      if (next_ == buffers_.size()) return nullptr;
      ARROW_ASSIGN_OR_RAISE(reader_, buffers_[next_++]->Open());
    }
  }

 private:
  std::vector<const SpillableBuffer*> buffers_;
  size_t next_ = 0;
  std::unique_ptr<BatchReader> reader_;
};

/// Splits batches by target partition.
class Splitter {
 public:
  Splitter(const std::vector<ExpressionPtr>* keys, int targets) : keys_(keys), targets_(targets) {
    for (const ExpressionPtr& key : *keys) key_types_.push_back(key->type());
  }

  Status Split(const std::shared_ptr<arrow::RecordBatch>& batch, EvaluationContext* evaluation,
               Buffers* buffers) {
    if (targets_ == 1 || keys_->empty()) return (*buffers)[0]->Add(batch);
    arrow::ArrayVector columns;
    for (const ExpressionPtr& key : *keys_) {
      ARROW_ASSIGN_OR_RAISE(const ColumnVector column, key->Evaluate(*batch, evaluation));
      ARROW_ASSIGN_OR_RAISE(auto values, column.Expand(batch->num_rows()));
      columns.push_back(std::move(values));
    }
    ARROW_ASSIGN_OR_RAISE(const std::vector<int32_t> targets,
                          PartitionIds(columns, key_types_, targets_));
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> ordered,
                          OrderByTarget(batch, targets));
    // One take puts the rows of a target side by side; the pieces share its memory.
    for (int target = 0; target < targets_; ++target) {
      const int64_t rows = starts_[target + 1] - starts_[target];
      if (rows == 0) continue;
      ARROW_RETURN_NOT_OK((*buffers)[target]->Add(ordered->Slice(starts_[target], rows)));
    }
    return Status::OK();
  }

 private:
  Result<std::shared_ptr<arrow::RecordBatch>> OrderByTarget(
      const std::shared_ptr<arrow::RecordBatch>& batch, const std::vector<int32_t>& targets) {
    starts_.assign(targets_ + 1, 0);
    for (const int32_t target : targets) ++starts_[target + 1];
    for (int target = 0; target < targets_; ++target) {
      if (starts_[target + 1] == batch->num_rows() && starts_[target] == 0) {
        for (int later = target + 1; later <= targets_; ++later) {
          starts_[later] = batch->num_rows();
        }
        return batch;
      }
      starts_[target + 1] += starts_[target];
    }
    std::vector<int64_t> next(starts_.begin(), starts_.end() - 1);
    std::vector<int32_t> rows(targets.size());
    for (size_t row = 0; row < targets.size(); ++row) {
      rows[next[targets[row]]++] = static_cast<int32_t>(row);
    }
    const auto indices = std::make_shared<arrow::Int32Array>(
        batch->num_rows(), arrow::Buffer::FromVector(std::move(rows)));
    ARROW_ASSIGN_OR_RAISE(
        arrow::Datum taken,
        arrow::compute::Take(batch, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
    return taken.record_batch();
  }

  const std::vector<ExpressionPtr>* keys_;
  int targets_;
  std::vector<DataType> key_types_;
  std::vector<int64_t> starts_;  // of each target in the ordered batch
};

/// Ends a stage: runs the child's tasks when the run is prepared and keeps their rows, by target,
/// in memory or in spill files. Targets are read by source partition, so the order is fixed.
class HashExchange final : public PhysicalPlan {
 public:
  HashExchange(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys, int partitions)
      : PhysicalPlan(child->schema(), {child}),
        keys_(std::move(keys)),
        partitions_(partitions),
        arrow_schema_(ToArrowSchema(schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys,
                                      int partitions) {
    if (partitions < 1) return InternalError("An exchange needs a partition.");
    return std::make_shared<HashExchange>(std::move(child), std::move(keys), partitions);
  }

  std::string Name() const override {
    return "Exchange " + ExpressionListText(keys_) + ", " + std::to_string(partitions_);
  }
  int PartitionCount(const ExecutionContext&) const override { return partitions_; }
  std::optional<int64_t> KnownRows(const ExecutionContext& execution) const override {
    const auto exchanged = execution.FindOperatorState<Exchanged>(this);
    return exchanged ? std::optional(exchanged->rows) : std::nullopt;
  }

  Status Prepare(ExecutionContext* execution) const override {
    auto exchanged = std::make_shared<Exchanged>();
    exchanged->by_source.resize(children()[0]->PartitionCount(*execution));
    const ExecutionServices& services = execution->services();
    // All exchanges of a run share one half of the budget.
    const auto budget = execution->OperatorState<MemoryBudget>(execution, [&] {
      return std::make_shared<MemoryBudget>(services.memory_budget_bytes / 2);
    });
    ARROW_RETURN_NOT_OK(RunPartitions(
        *children()[0], execution, [&](int source, BatchReader* reader, TaskContext* task) {
          Buffers& buffers = exchanged->by_source[source];
          for (int target = 0; target < partitions_; ++target) {
            buffers.push_back(
                std::make_unique<SpillableBuffer>(&services, arrow_schema_, budget));
          }
          return Fill(reader, task, &buffers);
        }));
    for (const Buffers& buffers : exchanged->by_source) {
      for (const auto& buffer : buffers) exchanged->rows += buffer->rows();
    }
    execution->OperatorState<Exchanged>(this, [&] { return exchanged; });
    return Status::OK();
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    const auto exchanged = task->execution->FindOperatorState<Exchanged>(this);
    if (!exchanged) return InternalError("An exchange was read before it was prepared.");
    std::vector<const SpillableBuffer*> buffers;
    for (const Buffers& source : exchanged->by_source) buffers.push_back(source[partition].get());
    return std::make_unique<BufferSequenceReader>(std::move(buffers));
  }

 private:
  Status Fill(BatchReader* reader, TaskContext* task, Buffers* buffers) const {
    Splitter splitter(&keys_, partitions_);
    while (true) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
      if (!batch) break;
      ARROW_RETURN_NOT_OK(splitter.Split(batch, &task->evaluation, buffers));
    }
    for (const auto& buffer : *buffers) ARROW_RETURN_NOT_OK(buffer->Finish());
    return Status::OK();
  }

  std::vector<ExpressionPtr> keys_;
  int partitions_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewHashExchange(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys,
                                        int partitions) {
  return HashExchange::Make(std::move(child), std::move(keys), partitions);
}

}  // namespace firesteel
