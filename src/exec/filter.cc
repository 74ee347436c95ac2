#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/operators.h"

namespace firesteel {

namespace {

/// Keeps the rows for which the condition is true; false and NULL drop the row.
Result<std::shared_ptr<arrow::RecordBatch>> KeepTrueRows(
    const std::shared_ptr<arrow::RecordBatch>& batch, const ColumnVector& condition) {
  if (condition.values->type_id() != arrow::Type::BOOL) return batch->Slice(0, 0);
  const auto& mask = static_cast<const arrow::BooleanArray&>(*condition.values);
  if (condition.constant) {
    const bool all = mask.IsValid(0) && mask.Value(0);
    return all ? batch : batch->Slice(0, 0);
  }
  const int64_t kept = mask.true_count();
  if (kept == batch->num_rows()) return batch;
  if (kept == 0 || batch->num_columns() == 0) return batch->Slice(0, kept);
  ARROW_ASSIGN_OR_RAISE(arrow::Datum filtered,
                        arrow::compute::Filter(batch, condition.values));
  return filtered.record_batch();
}

class FilterOperator final : public PhysicalPlan {
 public:
  FilterOperator(PhysicalPlanPtr child, ExpressionPtr condition)
      : PhysicalPlan(child->schema(), {child}), condition_(std::move(condition)) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, ExpressionPtr condition) {
    const TypeId type = condition->type().id();
    if (type != TypeId::kBoolean && type != TypeId::kNull) {
      return InternalError("A filter's condition must be boolean: " + condition->Sql());
    }
    return std::make_shared<FilterOperator>(std::move(child), std::move(condition));
  }

  std::string Name() const override { return "Filter " + condition_->Sql(); }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    return std::make_unique<Reader>(condition_.get(), std::move(input), &task->evaluation);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const Expression* condition, std::unique_ptr<BatchReader> input,
           EvaluationContext* evaluation)
        : condition_(condition), input_(std::move(input)), evaluation_(evaluation) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      while (true) {
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
        if (!batch) return nullptr;
        evaluation_->rows_before = rows_before_;
        rows_before_ += batch->num_rows();
        ARROW_ASSIGN_OR_RAISE(const ColumnVector mask, condition_->Evaluate(*batch, evaluation_));
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> kept, KeepTrueRows(batch, mask));
        if (kept->num_rows() > 0) return kept;
      }
    }

   private:
    const Expression* condition_;
    std::unique_ptr<BatchReader> input_;
    EvaluationContext* evaluation_;
    int64_t rows_before_ = 0;
  };

  ExpressionPtr condition_;
};

}  // namespace

Result<PhysicalPlanPtr> NewFilter(PhysicalPlanPtr child, ExpressionPtr condition) {
  return FilterOperator::Make(std::move(child), std::move(condition));
}

}  // namespace firesteel
