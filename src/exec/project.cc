#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/expression_text.h"
#include "exec/operators.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Computes new columns from the child's, batch by batch.
class ProjectOperator final : public PhysicalPlan {
 public:
  ProjectOperator(PhysicalPlanPtr child, std::vector<ExpressionPtr> expressions, Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(child)}),
        expressions_(std::move(expressions)),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child,
                                      std::vector<ExpressionPtr> expressions, Schema schema) {
    if (static_cast<int>(expressions.size()) != schema.size()) {
      return InternalError("A projection needs one expression per column.");
    }
    for (int i = 0; i < schema.size(); ++i) {
      if (!expressions[i]->type().SameType(schema.field(i).type)) {
        return InternalError("Column " + schema.field(i).name + " is computed as " +
                             expressions[i]->type().SimpleString() + " instead of " +
                             schema.field(i).type.SimpleString() + ".");
      }
    }
    return std::make_shared<ProjectOperator>(std::move(child), std::move(expressions),
                                             std::move(schema));
  }

  std::string Name() const override { return "Project " + ExpressionListText(expressions_); }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    return std::make_unique<Reader>(this, std::move(input), &task->evaluation);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const ProjectOperator* plan, std::unique_ptr<BatchReader> input,
           EvaluationContext* evaluation)
        : plan_(plan), input_(std::move(input)), evaluation_(evaluation) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
      if (!batch) return nullptr;
      const int64_t rows = batch->num_rows();
      // Operators of one task share the context, but each counts its own input.
      evaluation_->rows_before = rows_before_;
      rows_before_ += rows;
      arrow::ArrayVector columns;
      columns.reserve(plan_->expressions_.size());
      for (const ExpressionPtr& expression : plan_->expressions_) {
        ARROW_ASSIGN_OR_RAISE(ColumnVector column, expression->Evaluate(*batch, evaluation_));
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, column.Expand(rows));
        columns.push_back(std::move(values));
      }
      return arrow::RecordBatch::Make(plan_->arrow_schema_, rows, std::move(columns));
    }

   private:
    const ProjectOperator* plan_;
    std::unique_ptr<BatchReader> input_;
    EvaluationContext* evaluation_;
    int64_t rows_before_ = 0;
  };

  std::vector<ExpressionPtr> expressions_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewProject(PhysicalPlanPtr child, std::vector<ExpressionPtr> expressions,
                                   Schema schema) {
  return ProjectOperator::Make(std::move(child), std::move(expressions), std::move(schema));
}

}  // namespace firesteel
