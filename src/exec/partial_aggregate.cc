#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "common/error.h"
#include "exec/batch_slicer.h"
#include "exec/expression_text.h"
#include "exec/grouped_accumulators.h"
#include "exec/operators.h"
#include "exec/spillable_buffer.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

Schema PartialSchema(std::vector<StructField> key_fields,
                     const std::vector<PlannedAggregate>& aggregates) {
  std::vector<StructField> fields = std::move(key_fields);
  for (StructField& buffer : BufferFields(aggregates)) fields.push_back(std::move(buffer));
  return Schema(std::move(fields));
}

/// Whether values of a type have binary fractions in them.
bool HasFloats(const DataType& type) {
  switch (type.id()) {
    case TypeId::kFloat:
    case TypeId::kDouble:
      return true;
    case TypeId::kArray:
      return HasFloats(type.element_type());
    case TypeId::kMap:
      return HasFloats(type.key_type()) || HasFloats(type.value_type());
    case TypeId::kStruct:
      return std::any_of(type.fields().begin(), type.fields().end(),
                         [](const StructField& field) { return HasFloats(field.type); });
    default:
      return false;
  }
}

/// Reduces each partition to one row per key before rows travel or meet the state. Where that
/// reduces little, rows are passed on each by itself: whoever merges them is not much busier, and
/// here no key is looked up. What one task finds out holds for the next ones too, those of later
/// batches among them; now and then one looks again.
class PartialAggregate final : public PhysicalPlan {
 public:
  PartialAggregate(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys,
                   std::vector<StructField> key_fields, std::vector<PlannedAggregate> aggregates)
      : PhysicalPlan(PartialSchema(std::move(key_fields), aggregates), {std::move(child)}),
        keys_(std::move(keys)),
        aggregates_(std::move(aggregates)),
        arrow_schema_(ToArrowSchema(schema())) {
    for (const ExpressionPtr& key : keys_) key_types_.push_back(key->type());
    has_distinct_ = std::any_of(aggregates_.begin(), aggregates_.end(),
                                [](const PlannedAggregate& one) { return one.distinct; });
    // The table of groups is also what makes equal keys the same ones (0.0 and -0.0), and sums of
    // fractions depend on their order: Spark adds up those of a partition first.
    const std::vector<StructField>& fields = schema().fields();
    may_pass_rows_ = !has_distinct_ && !keys_.empty() &&
                     std::none_of(fields.begin(), fields.end(), [](const StructField& field) {
                       return HasFloats(field.type);
                     });
  }

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys,
                                      std::vector<StructField> key_fields,
                                      std::vector<PlannedAggregate> aggregates) {
    if (keys.size() != key_fields.size()) {
      return InternalError("An aggregation needs one field per key.");
    }
    return std::make_shared<PartialAggregate>(std::move(child), std::move(keys),
                                              std::move(key_fields), std::move(aggregates));
  }

  std::string Name() const override {
    return "PartialAggregate " + ExpressionListText(keys_) + ", " + AggregateListText(aggregates_);
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<GroupedAccumulators> groups,
                          GroupedAccumulators::Make(key_types_, &aggregates_));
    return std::make_unique<Reader>(this, std::move(input), std::move(groups), task);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const PartialAggregate* plan, std::unique_ptr<BatchReader> input,
           std::unique_ptr<GroupedAccumulators> groups, TaskContext* task)
        : plan_(plan),
          input_(std::move(input)),
          groups_(std::move(groups)),
          task_(task),
          slicer_(task->execution->services().batch_rows) {
      budget_bytes_ = TaskBudgetBytes(task->execution->services());
      passes_rows_ = plan->TrustsEarlierTask();
    }

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      while (true) {
        if (auto piece = slicer_.Next()) return piece;
        if (at_end_) return nullptr;
        if (passes_rows_) return PassRows();
        ARROW_RETURN_NOT_OK(Absorb());
        ARROW_RETURN_NOT_OK(GiveOut());
      }
    }

   private:
    /// Reads input until its end, until the groups take too much memory, or until they turn out to
    /// be more than half as many as the rows; at least one batch.
    Status Absorb() {
      while (!passes_rows_ && (plan_->has_distinct_ || groups_->size() == 0 ||
                               groups_->memory_bytes() <= budget_bytes_)) {
        ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, NextInput());
        if (!batch) return Status::OK();
        ARROW_RETURN_NOT_OK(EvaluateKeys(*batch));
        ARROW_ASSIGN_OR_RAISE(const std::span<const int32_t> groups,
                              groups_->Group(keys_, batch->num_rows()));
        ARROW_RETURN_NOT_OK(groups_->Update(*batch, groups, &task_->evaluation));
        passes_rows_ = plan_->may_pass_rows_ && rows_before_ >= kRowsToJudgeBy &&
                       groups_->size() > rows_before_ / 2;
        if (passes_rows_) plan_->trusting_tasks_.store(kTasksThatTrust, std::memory_order_relaxed);
      }
      return Status::OK();
    }

    Result<std::shared_ptr<arrow::RecordBatch>> NextInput() {
      ARROW_RETURN_NOT_OK(task_->execution->cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
      if (!batch) {
        at_end_ = true;
        input_.reset();
      }
      return batch;
    }

    Status EvaluateKeys(const arrow::RecordBatch& batch) {
      EvaluationContext* evaluation = &task_->evaluation;
      evaluation->rows_before = rows_before_;
      rows_before_ += batch.num_rows();
      keys_.clear();
      for (const ExpressionPtr& key : plan_->keys_) {
        ARROW_ASSIGN_OR_RAISE(const ColumnVector column, key->Evaluate(batch, evaluation));
        ARROW_ASSIGN_OR_RAISE(auto values, column.Expand(batch.num_rows()));
        keys_.push_back(std::move(values));
      }
      return Status::OK();
    }

    /// Gives out the next input rows as if each had a key of its own.
    Result<std::shared_ptr<arrow::RecordBatch>> PassRows() {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, NextInput());
      if (!batch) return nullptr;
      ARROW_RETURN_NOT_OK(EvaluateKeys(*batch));
      arrow::ArrayVector columns = std::move(keys_);
      ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector buffers,
                            groups_->BuffersOfRows(*batch, &task_->evaluation));
      columns.insert(columns.end(), buffers.begin(), buffers.end());
      return arrow::RecordBatch::Make(plan_->arrow_schema_, batch->num_rows(), std::move(columns));
    }

    Status GiveOut() {
      const int64_t rows = groups_->size();
      if (rows == 0) return Status::OK();
      ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, groups_->Keys());
      ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector buffers, groups_->Buffers());
      columns.insert(columns.end(), buffers.begin(), buffers.end());
      slicer_.Reset(arrow::RecordBatch::Make(plan_->arrow_schema_, rows, std::move(columns)));
      return groups_->Clear();
    }

    // How many rows say whether grouping pays.
    static constexpr int64_t kRowsToJudgeBy = 8192;
    static constexpr int kTasksThatTrust = 32;

    const PartialAggregate* plan_;
    std::unique_ptr<BatchReader> input_;
    std::unique_ptr<GroupedAccumulators> groups_;
    TaskContext* task_;
    BatchSlicer slicer_;
    int64_t budget_bytes_ = 0;
    int64_t rows_before_ = 0;
    bool at_end_ = false;
    bool passes_rows_ = false;
    arrow::ArrayVector keys_;  // of the batch at hand
  };

  /// Whether the next task passes rows on from its first one, as an earlier one ended up doing.
  bool TrustsEarlierTask() const {
    int left = trusting_tasks_.load(std::memory_order_relaxed);
    while (left > 0) {
      if (trusting_tasks_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  std::vector<ExpressionPtr> keys_;
  std::vector<PlannedAggregate> aggregates_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::vector<DataType> key_types_;
  bool has_distinct_ = false;
  bool may_pass_rows_ = false;
  // How many tasks do not judge for themselves. The answers do not depend on it.
  mutable std::atomic<int> trusting_tasks_ = 0;
};

}  // namespace

Result<PhysicalPlanPtr> NewPartialAggregate(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys,
                                            std::vector<StructField> key_fields,
                                            std::vector<PlannedAggregate> aggregates) {
  return PartialAggregate::Make(std::move(child), std::move(keys), std::move(key_fields),
                                std::move(aggregates));
}

}  // namespace firesteel
