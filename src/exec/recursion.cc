#include "exec/recursion.h"

#include <string>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

// As in Spark; keeps a query that never ends from filling the memory.
constexpr int64_t kMaximumRows = 1'000'000;

/// Gives batches that outlive it.
class KeptBatchReader final : public BatchReader {
 public:
  explicit KeptBatchReader(std::shared_ptr<const Batches> batches) : batches_(std::move(batches)) {}
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (next_ == batches_->size()) return nullptr;
    return (*batches_)[next_++];
  }

 private:
  std::shared_ptr<const Batches> batches_;
  size_t next_ = 0;
};

class RecursionInputOperator final : public PhysicalPlan {
 public:
  RecursionInputOperator(Schema schema, std::shared_ptr<const RecursionLink> link)
      : PhysicalPlan(std::move(schema), {}), link_(std::move(link)) {}

  std::string Name() const override { return "RecursionInput"; }
  int PartitionCount(const ExecutionContext&) const override { return 1; }

  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext* task) const override {
    std::shared_ptr<const Batches> rows = task->execution->FindOperatorState<Batches>(link_.get());
    if (!rows) return InternalError("A recursive query is read outside of its recursion.");
    return std::make_unique<KeptBatchReader>(std::move(rows));
  }

 private:
  std::shared_ptr<const RecursionLink> link_;
};

int64_t RowsOf(const Batches& batches) {
  int64_t rows = 0;
  for (const auto& batch : batches) rows += batch->num_rows();
  return rows;
}

class RecursionOperator final : public PhysicalPlan {
 public:
  RecursionOperator(PhysicalPlanPtr first, PhysicalPlanPtr step, PlannedRecursion recursion,
                    Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(first)}),
        step_(std::move(step)),
        recursion_(std::move(recursion)),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  std::string Name() const override { return "Recursion of " + step_->Name(); }
  int PartitionCount(const ExecutionContext&) const override { return 1; }
  std::optional<int64_t> KnownRows(const ExecutionContext& execution) const override {
    const std::shared_ptr<Batches> rows = execution.FindOperatorState<Batches>(this);
    return rows ? std::optional(RowsOf(*rows)) : std::nullopt;
  }

  Status Prepare(ExecutionContext* execution) const override {
    ARROW_ASSIGN_OR_RAISE(Batches last, FirstRows(execution));
    Batches all = last;
    int64_t rows = RowsOf(all);
    for (int64_t level = 1; RowsOf(last) > 0 && !IsEnough(rows); ++level) {
      if (level > recursion_.maximum_level) {
        return MakeError("RECURSION_LEVEL_LIMIT_EXCEEDED",
                         {{"levelLimit", std::to_string(recursion_.maximum_level)}});
      }
      ARROW_ASSIGN_OR_RAISE(last, Step(std::move(last), execution));
      rows += RowsOf(last);
      if (rows > kMaximumRows && !recursion_.limit) {
        return MakeError("RECURSION_ROW_LIMIT_EXCEEDED",
                         {{"rowLimit", std::to_string(kMaximumRows)}});
      }
      all.insert(all.end(), last.begin(), last.end());
    }
    execution->OperatorState<Batches>(
        this, [&] { return std::make_shared<Batches>(std::move(all)); });
    return Status::OK();
  }

  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext* task) const override {
    std::shared_ptr<const Batches> rows = task->execution->FindOperatorState<Batches>(this);
    if (!rows) return InternalError("A recursion was not prepared.");
    return std::make_unique<KeptBatchReader>(std::move(rows));
  }

 private:
  bool IsEnough(int64_t rows) const { return recursion_.limit && rows >= *recursion_.limit; }

  Batches Renamed(const Batches& batches) const {
    Batches renamed;
    for (const auto& batch : batches) {
      if (batch->num_rows() == 0) continue;
      renamed.push_back(
          arrow::RecordBatch::Make(arrow_schema_, batch->num_rows(), batch->columns()));
    }
    return renamed;
  }

  /// The first query is prepared already: it is a child.
  Result<Batches> FirstRows(ExecutionContext* execution) const {
    const PhysicalPlan& first = *children()[0];
    std::vector<Batches> partitions(first.PartitionCount(*execution));
    ARROW_RETURN_NOT_OK(RunPartitions(
        first, execution, [&](int partition, BatchReader* reader, TaskContext*) -> Status {
          while (true) {
            ARROW_ASSIGN_OR_RAISE(auto batch, reader->Next());
            if (!batch) return Status::OK();
            partitions[partition].push_back(std::move(batch));
          }
        }));
    Batches all;
    for (const Batches& one : partitions) {
      const Batches renamed = Renamed(one);
      all.insert(all.end(), renamed.begin(), renamed.end());
    }
    return all;
  }

  /// One run of the step: it has a context of its own, since operators keep what they built there.
  Result<Batches> Step(Batches input, ExecutionContext* execution) const {
    ExecutionContext run(&execution->services(), execution->batch(), &execution->cancellation());
    const std::vector<ColumnVector>& values = execution->subquery_values();
    for (size_t i = 0; i < values.size(); ++i) {
      run.SetSubqueryValue(static_cast<int>(i), values[i]);
    }
    run.OperatorState<Batches>(recursion_.link.get(),
                               [&] { return std::make_shared<Batches>(std::move(input)); });
    ARROW_ASSIGN_OR_RAISE(const Batches batches, CollectPlan(*step_, &run));
    return Renamed(batches);
  }

  PhysicalPlanPtr step_;
  PlannedRecursion recursion_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewRecursionInput(Schema schema,
                                          std::shared_ptr<const RecursionLink> link) {
  return std::make_shared<RecursionInputOperator>(std::move(schema), std::move(link));
}

Result<PhysicalPlanPtr> NewRecursion(PhysicalPlanPtr first, PhysicalPlanPtr step,
                                     PlannedRecursion recursion, Schema schema) {
  if (first->schema().size() != schema.size() || step->schema().size() != schema.size()) {
    return InternalError("The queries of a recursion do not have its columns.");
  }
  return std::make_shared<RecursionOperator>(std::move(first), std::move(step),
                                             std::move(recursion), std::move(schema));
}

}  // namespace firesteel
