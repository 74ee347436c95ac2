#include <limits>
#include <string>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/expression_text.h"
#include "exec/operators.h"
#include "exec/sorted_run.h"
#include "expr/nodes.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

Status CheckOrder(const std::vector<ExpressionPtr>& order) {
  for (const ExpressionPtr& one : order) {
    if (!As<SortOrder>(one)) return InternalError("A sort needs orders: " + one->Sql());
  }
  return Status::OK();
}

/// What one run keeps between sorting and merging.
struct Sorted {
  std::vector<std::unique_ptr<RunSorter>> sorters;  // by source partition; hold reservations
  std::vector<std::vector<SortedRun>> runs;         // by source partition
};

/// Gives out what one run has sorted, and keeps it alive.
class SortedReader final : public BatchReader {
 public:
  static Result<std::unique_ptr<BatchReader>> Open(std::shared_ptr<Sorted> sorted,
                                                   const std::shared_ptr<arrow::Schema>& schema,
                                                   const ExecutionContext& execution,
                                                   int64_t limit) {
    std::vector<const SortedRun*> runs;
    for (const auto& source : sorted->runs) {
      for (const SortedRun& run : source) runs.push_back(&run);
    }
    auto reader = std::make_unique<SortedReader>();
    ARROW_ASSIGN_OR_RAISE(
        reader->merged_, MergeRuns(std::move(runs), schema, &execution.services(), limit));
    reader->sorted_ = std::move(sorted);
    reader->cancellation_ = &execution.cancellation();
    return reader;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    ARROW_RETURN_NOT_OK(cancellation_->Check());
    return merged_->Next();
  }

 private:
  std::shared_ptr<Sorted> sorted_;
  std::unique_ptr<BatchReader> merged_;
  const CancellationToken* cancellation_ = nullptr;
};

/// Sorts each partition of the child when the run is prepared, then merges.
class SortOperator final : public PhysicalPlan {
 public:
  SortOperator(PhysicalPlanPtr child, std::vector<ExpressionPtr> order)
      : PhysicalPlan(child->schema(), {child}),
        order_(std::move(order)),
        arrow_schema_(ToArrowSchema(schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, std::vector<ExpressionPtr> order) {
    ARROW_RETURN_NOT_OK(CheckOrder(order));
    return std::make_shared<SortOperator>(std::move(child), std::move(order));
  }

  std::string Name() const override { return "Sort " + ExpressionListText(order_); }
  int PartitionCount(const ExecutionContext&) const override { return 1; }

  Status Prepare(ExecutionContext* execution) const override {
    auto sorted = std::make_shared<Sorted>();
    const int sources = children()[0]->PartitionCount(*execution);
    sorted->runs.resize(sources);
    for (int i = 0; i < sources; ++i) {
      sorted->sorters.push_back(std::make_unique<RunSorter>(
          &execution->services(), arrow_schema_, BufferBudget(execution)));
    }
    ARROW_RETURN_NOT_OK(RunPartitions(
        *children()[0], execution,
        [&](int source, BatchReader* reader, TaskContext* task) -> Status {
          RunSorter& sorter = *sorted->sorters[source];
          while (true) {
            ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
            if (!batch) break;
            ARROW_RETURN_NOT_OK(sorter.Add(std::move(batch), order_, &task->evaluation));
          }
          ARROW_ASSIGN_OR_RAISE(sorted->runs[source], sorter.Finish());
          return Status::OK();
        }));
    execution->OperatorState<Sorted>(this, [&] { return sorted; });
    return Status::OK();
  }

  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext* task) const override {
    auto sorted = task->execution->FindOperatorState<Sorted>(this);
    if (!sorted) return InternalError("A sort was read before it was prepared.");
    return SortedReader::Open(std::move(sorted), arrow_schema_, *task->execution,
                              std::numeric_limits<int64_t>::max());
  }

 private:
  std::vector<ExpressionPtr> order_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

/// Keeps the first `count` rows of one task.
class TopRowsCollector {
 public:
  TopRowsCollector(std::shared_ptr<arrow::Schema> schema, int64_t count, int64_t batch_rows)
      : schema_(std::move(schema)), count_(count), prune_rows_(2 * count + 4 * batch_rows) {}

  Status Add(std::shared_ptr<arrow::RecordBatch> batch, const std::vector<ExpressionPtr>& order,
             EvaluationContext* evaluation) {
    EncodedRows keys;
    ARROW_RETURN_NOT_OK(AppendSortKeys(order, *batch, evaluation, &keys));
    std::vector<int64_t> chosen;
    for (int64_t row = 0; row < keys.size(); ++row) {
      // Of equal rows the first ones stay.
      if (has_bound_ && keys[row] >= bound_) continue;
      chosen.push_back(row);
      keys_.Append(keys[row]);
    }
    if (chosen.empty()) return Status::OK();
    if (static_cast<int64_t>(chosen.size()) < batch->num_rows()) {
      ARROW_ASSIGN_OR_RAISE(batch, TakeRows(batch, chosen.data(),
                                            static_cast<int64_t>(chosen.size())));
    }
    batches_.push_back(std::move(batch));
    return keys_.size() >= prune_rows_ ? Prune() : Status::OK();
  }

  Result<SortedRun> Finish() {
    SortedRun run;
    ARROW_ASSIGN_OR_RAISE(run.rows, ConcatenateBatches(schema_, batches_));
    run.order = SortedOrder(keys_);
    if (static_cast<int64_t>(run.order.size()) > count_) run.order.resize(count_);
    run.keys = std::move(keys_);
    return run;
  }

 private:
  Status Prune() {
    ARROW_ASSIGN_OR_RAISE(SortedRun run, Finish());
    const auto rows = static_cast<int64_t>(run.order.size());
    keys_ = EncodedRows();
    for (const int64_t row : run.order) keys_.Append(run.keys[row]);
    ARROW_ASSIGN_OR_RAISE(auto kept, TakeRows(run.rows, run.order.data(), rows));
    batches_.assign(1, std::move(kept));
    if (rows > 0) {
      has_bound_ = true;
      bound_ = keys_[rows - 1];
    }
    return Status::OK();
  }

  std::shared_ptr<arrow::Schema> schema_;
  int64_t count_;
  int64_t prune_rows_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  EncodedRows keys_;  // of batches_
  bool has_bound_ = false;
  std::string bound_;  // the key of the last row that counts so far
};

/// ORDER BY and LIMIT in one: each task keeps only as many rows as can be among the first.
class TopRowsOperator final : public PhysicalPlan {
 public:
  TopRowsOperator(PhysicalPlanPtr child, std::vector<ExpressionPtr> order, int64_t count)
      : PhysicalPlan(child->schema(), {child}),
        order_(std::move(order)),
        count_(count),
        arrow_schema_(ToArrowSchema(schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, std::vector<ExpressionPtr> order,
                                      int64_t count) {
    ARROW_RETURN_NOT_OK(CheckOrder(order));
    if (count < 0) return InternalError("A limit is negative: " + std::to_string(count));
    return std::make_shared<TopRowsOperator>(std::move(child), std::move(order), count);
  }

  std::string Name() const override {
    return "TopRows " + std::to_string(count_) + ", " + ExpressionListText(order_);
  }
  int PartitionCount(const ExecutionContext&) const override { return 1; }

  Status Prepare(ExecutionContext* execution) const override {
    auto sorted = std::make_shared<Sorted>();
    sorted->runs.resize(children()[0]->PartitionCount(*execution));
    ARROW_RETURN_NOT_OK(RunPartitions(
        *children()[0], execution,
        [&](int source, BatchReader* reader, TaskContext* task) -> Status {
          TopRowsCollector collector(arrow_schema_, count_, execution->services().batch_rows);
          while (true) {
            ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
            if (!batch) break;
            ARROW_RETURN_NOT_OK(collector.Add(std::move(batch), order_, &task->evaluation));
          }
          ARROW_ASSIGN_OR_RAISE(SortedRun run, collector.Finish());
          sorted->runs[source].push_back(std::move(run));
          return Status::OK();
        }));
    execution->OperatorState<Sorted>(this, [&] { return sorted; });
    return Status::OK();
  }

  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext* task) const override {
    auto sorted = task->execution->FindOperatorState<Sorted>(this);
    if (!sorted) return InternalError("A sort was read before it was prepared.");
    return SortedReader::Open(std::move(sorted), arrow_schema_, *task->execution, count_);
  }

 private:
  std::vector<ExpressionPtr> order_;
  int64_t count_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewSort(PhysicalPlanPtr child, std::vector<ExpressionPtr> order) {
  return SortOperator::Make(std::move(child), std::move(order));
}

Result<PhysicalPlanPtr> NewTopRows(PhysicalPlanPtr child, std::vector<ExpressionPtr> order,
                                   int64_t count) {
  return TopRowsOperator::Make(std::move(child), std::move(order), count);
}

}  // namespace firesteel
