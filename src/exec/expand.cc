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

/// Gives each batch once per projection.
class ExpandOperator final : public PhysicalPlan {
 public:
  using Projections = std::vector<std::vector<ExpressionPtr>>;

  ExpandOperator(PhysicalPlanPtr child, Projections projections, Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(child)}),
        projections_(std::move(projections)),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, Projections projections,
                                      Schema schema) {
    for (const std::vector<ExpressionPtr>& projection : projections) {
      bool fits = static_cast<int>(projection.size()) == schema.size();
      for (int i = 0; fits && i < schema.size(); ++i) {
        fits = projection[i]->type().SameType(schema.field(i).type);
      }
      if (!fits) return InternalError("The projections of an expansion differ in their columns.");
    }
    return std::make_shared<ExpandOperator>(std::move(child), std::move(projections),
                                            std::move(schema));
  }

  std::string Name() const override {
    std::string text = "Expand [";
    for (const std::vector<ExpressionPtr>& projection : projections_) {
      if (text.size() > 8) text += ", ";
      text += ExpressionListText(projection);
    }
    return text + "]";
  }

  std::optional<int64_t> KnownRows(const ExecutionContext& execution) const override {
    const std::optional<int64_t> rows = children()[0]->KnownRows(execution);
    if (!rows) return std::nullopt;
    return *rows * static_cast<int64_t>(projections_.size());
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    return std::make_unique<Reader>(this, std::move(input), &task->evaluation);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const ExpandOperator* plan, std::unique_ptr<BatchReader> input,
           EvaluationContext* evaluation)
        : plan_(plan),
          input_(std::move(input)),
          evaluation_(evaluation),
          next_(plan->projections_.size()) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (plan_->projections_.empty()) return nullptr;
      if (next_ == plan_->projections_.size()) {
        if (batch_) rows_before_ += batch_->num_rows();
        ARROW_ASSIGN_OR_RAISE(batch_, input_->Next());
        if (!batch_) return nullptr;
        next_ = 0;
      }
      evaluation_->rows_before = rows_before_;
      arrow::ArrayVector columns;
      for (const ExpressionPtr& expression : plan_->projections_[next_]) {
        ARROW_ASSIGN_OR_RAISE(const ColumnVector column,
                              expression->Evaluate(*batch_, evaluation_));
        ARROW_ASSIGN_OR_RAISE(auto values, column.Expand(batch_->num_rows()));
        columns.push_back(std::move(values));
      }
      ++next_;
      return arrow::RecordBatch::Make(plan_->arrow_schema_, batch_->num_rows(),
                                      std::move(columns));
    }

   private:
    const ExpandOperator* plan_;
    std::unique_ptr<BatchReader> input_;
    EvaluationContext* evaluation_;
    std::shared_ptr<arrow::RecordBatch> batch_;
    size_t next_;  // projection of batch_
    int64_t rows_before_ = 0;
  };

  Projections projections_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewExpand(PhysicalPlanPtr child,
                                  std::vector<std::vector<ExpressionPtr>> projections,
                                  Schema schema) {
  return ExpandOperator::Make(std::move(child), std::move(projections), std::move(schema));
}

}  // namespace firesteel
