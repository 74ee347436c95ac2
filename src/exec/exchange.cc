#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/batch_splitter.h"
#include "exec/expression_text.h"
#include "exec/operators.h"
#include "types/arrow_types.h"
#include "types/hash.h"

namespace firesteel {

namespace {

/// What one run keeps between the two sides of an exchange.
struct Exchanged {
  std::vector<SpillableBuffers> by_source;  // [source partition][target partition]
  int64_t rows = 0;
};

/// Splits batches by target partition; without keys rows go round the targets, beginning with
/// `first`.
class Splitter {
 public:
  Splitter(const std::vector<ExpressionPtr>* keys, int targets, int first)
      : keys_(keys), targets_(targets), next_(first % targets), splitter_(targets) {
    for (const ExpressionPtr& key : *keys) key_types_.push_back(key->type());
  }

  Status Split(const std::shared_ptr<arrow::RecordBatch>& batch, EvaluationContext* evaluation,
               SpillableBuffers* buffers) {
    if (targets_ == 1) return (*buffers)[0]->Add(batch);
    if (keys_->empty()) return splitter_.Split(batch, GoRound(batch->num_rows()), buffers);
    arrow::ArrayVector columns;
    for (const ExpressionPtr& key : *keys_) {
      ARROW_ASSIGN_OR_RAISE(const ColumnVector column, key->Evaluate(*batch, evaluation));
      ARROW_ASSIGN_OR_RAISE(auto values, column.Expand(batch->num_rows()));
      columns.push_back(std::move(values));
    }
    ARROW_ASSIGN_OR_RAISE(const std::vector<int32_t> targets,
                          PartitionIds(columns, key_types_, targets_));
    return splitter_.Split(batch, targets, buffers);
  }

 private:
  std::vector<int32_t> GoRound(int64_t rows) {
    std::vector<int32_t> targets(rows);
    for (int32_t& target : targets) {
      target = next_;
      next_ = next_ + 1 == targets_ ? 0 : next_ + 1;
    }
    return targets;
  }

  const std::vector<ExpressionPtr>* keys_;
  int targets_;
  int next_;
  BatchSplitter splitter_;
  std::vector<DataType> key_types_;
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
    const std::shared_ptr<MemoryBudget> budget = BufferBudget(execution);
    ARROW_RETURN_NOT_OK(RunPartitions(
        *children()[0], execution, [&](int source, BatchReader* reader, TaskContext* task) {
          SpillableBuffers& buffers = exchanged->by_source[source];
          buffers = MakeBuffers(partitions_, &services, arrow_schema_, budget);
          return Fill(source, reader, task, &buffers);
        }));
    for (const SpillableBuffers& buffers : exchanged->by_source) {
      for (const auto& buffer : buffers) exchanged->rows += buffer->rows();
    }
    execution->OperatorState<Exchanged>(this, [&] { return exchanged; });
    return Status::OK();
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    const auto exchanged = task->execution->FindOperatorState<Exchanged>(this);
    if (!exchanged) return InternalError("An exchange was read before it was prepared.");
    std::vector<const SpillableBuffer*> buffers;
    for (const SpillableBuffers& source : exchanged->by_source) {
      buffers.push_back(source[partition].get());
    }
    return std::make_unique<BufferSequenceReader>(std::move(buffers));
  }

 private:
  Status Fill(int source, BatchReader* reader, TaskContext* task,
              SpillableBuffers* buffers) const {
    Splitter splitter(&keys_, partitions_, source);
    while (true) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
      if (!batch) break;
      ARROW_RETURN_NOT_OK(splitter.Split(batch, &task->evaluation, buffers));
    }
    return FinishAll(*buffers);
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
