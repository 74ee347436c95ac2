#include <algorithm>
#include <deque>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "exec/user_functions.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The arguments of all calls, each once, and where each call finds its own.
struct SharedArguments {
  std::vector<ExpressionPtr> expressions;
  std::vector<UserColumnTask::Call> calls;
  Schema schema;
};

SharedArguments ShareArguments(const std::vector<PlannedUserCall>& planned) {
  SharedArguments shared;
  std::vector<StructField> fields;
  for (const PlannedUserCall& call : planned) {
    UserColumnTask::Call placed{call.function, {}, call.names};
    for (const ExpressionPtr& argument : call.arguments) {
      const auto same = [&](const ExpressionPtr& known) {
        return argument->deterministic() && known->Equals(*argument);
      };
      const auto found = std::find_if(shared.expressions.begin(), shared.expressions.end(), same);
      placed.columns.push_back(static_cast<int>(found - shared.expressions.begin()));
      if (found != shared.expressions.end()) continue;
      fields.push_back({"_" + std::to_string(fields.size()), argument->type(), true});
      shared.expressions.push_back(argument);
    }
    shared.calls.push_back(std::move(placed));
  }
  shared.schema = Schema(std::move(fields));
  return shared;
}

/// Sends the arguments of user functions to them and puts what they give beside the rows.
class UserCallEvaluationOperator final : public PhysicalPlan {
 public:
  UserCallEvaluationOperator(PhysicalPlanPtr child, std::vector<PlannedUserCall> calls,
                             Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(child)}),
        planned_(std::move(calls)),
        arguments_(ShareArguments(planned_)),
        arrow_schema_(ToArrowSchema(this->schema())),
        arrow_arguments_(ToArrowSchema(arguments_.schema)) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, std::vector<PlannedUserCall> calls,
                                      Schema schema) {
    if (calls.empty() ||
        schema.size() != child->schema().size() + static_cast<int>(calls.size())) {
      return InternalError("An evaluation of functions needs one column per call.");
    }
    return std::make_shared<UserCallEvaluationOperator>(std::move(child), std::move(calls),
                                                        std::move(schema));
  }

  std::string Name() const override {
    std::string text = "PythonEvaluation [";
    for (size_t i = 0; i < planned_.size(); ++i) text += (i > 0 ? ", " : "") + planned_[i].text;
    return text + "]";
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    auto reader = std::make_unique<Reader>(this, std::move(input), task);
    ARROW_RETURN_NOT_OK(reader->Start(partition));
    return reader;
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const UserCallEvaluationOperator* plan, std::unique_ptr<BatchReader> input,
           TaskContext* task)
        : plan_(plan), input_(std::move(input)), task_(task) {}

    Status Start(int partition) {
      UserColumnTask task;
      task.calls = plan_->arguments_.calls;
      task.inputs = {plan_->arguments_.schema};
      const auto& fields = plan_->schema().fields();
      task.output = Schema(std::vector<StructField>(
          fields.begin() + plan_->children()[0]->schema().size(), fields.end()));
      task.partition = partition;
      task.rows_per_batch = RowsPerBatch(*plan_->planned_[0].function);
      task.cancelled = &task_->execution->cancellation().flag();
      rows_per_batch_ = task.rows_per_batch;
      UserFunctionRuntime* runtime = plan_->planned_[0].function->runtime.get();
      ARROW_ASSIGN_OR_RAISE(results_,
                            runtime->Run(std::move(task), [this] { return NextFrame(); }));
      return Status::OK();
    }

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      while (result_ == nullptr || result_->num_rows() == 0) {
        ARROW_ASSIGN_OR_RAISE(result_, results_->Next());
        if (result_ != nullptr) continue;
        if (waiting_.empty()) return nullptr;
        return WrongRowCount();
      }
      if (waiting_.empty()) return WrongRowCount();
      std::shared_ptr<arrow::RecordBatch>& rows = waiting_.front();
      const int64_t count = std::min(rows->num_rows(), result_->num_rows());
      arrow::ArrayVector columns;
      for (const auto& column : rows->columns()) columns.push_back(column->Slice(0, count));
      for (const auto& column : result_->columns()) columns.push_back(column->Slice(0, count));
      result_ = result_->Slice(count);
      rows = rows->Slice(count);
      if (rows->num_rows() == 0) waiting_.pop_front();
      return arrow::RecordBatch::Make(plan_->arrow_schema_, count, std::move(columns));
    }

   private:
    static Status WrongRowCount() {
      return MakeError("PYTHON_WORKER_FAILED",
                       {{"what", "gave another number of values than it was given rows"}});
    }

    /// The arguments for the next rows, which wait for their values.
    Result<std::vector<UserFrame>> NextFrame() {
      if (batch_ == nullptr) {
        ARROW_ASSIGN_OR_RAISE(batch_, input_->Next());
        if (batch_ == nullptr) return std::vector<UserFrame>();
      }
      std::shared_ptr<arrow::RecordBatch> rows = batch_->Slice(0, rows_per_batch_);
      batch_ = rows->num_rows() < batch_->num_rows() ? batch_->Slice(rows_per_batch_) : nullptr;
      task_->evaluation.rows_before = rows_before_;
      rows_before_ += rows->num_rows();
      arrow::ArrayVector columns;
      for (const ExpressionPtr& argument : plan_->arguments_.expressions) {
        ARROW_ASSIGN_OR_RAISE(const ColumnVector value,
                              argument->Evaluate(*rows, &task_->evaluation));
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> column,
                              value.Expand(rows->num_rows()));
        columns.push_back(std::move(column));
      }
      UserFrame frame{plan_->arrow_arguments_, {}};
      frame.batches.push_back(arrow::RecordBatch::Make(plan_->arrow_arguments_, rows->num_rows(),
                                                       std::move(columns)));
      waiting_.push_back(std::move(rows));
      return std::vector<UserFrame>{std::move(frame)};
    }

    const UserCallEvaluationOperator* plan_;
    std::unique_ptr<BatchReader> input_;
    TaskContext* task_;
    int64_t rows_per_batch_ = 0;
    int64_t rows_before_ = 0;
    std::shared_ptr<arrow::RecordBatch> batch_;  // what is left of the last one read
    std::deque<std::shared_ptr<arrow::RecordBatch>> waiting_;
    std::shared_ptr<arrow::RecordBatch> result_;
    std::unique_ptr<BatchReader> results_;  // last: it calls NextFrame
  };

  std::vector<PlannedUserCall> planned_;
  SharedArguments arguments_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::shared_ptr<arrow::Schema> arrow_arguments_;
};

}  // namespace

Result<PhysicalPlanPtr> NewUserCallEvaluation(PhysicalPlanPtr child,
                                              std::vector<PlannedUserCall> calls, Schema schema) {
  return UserCallEvaluationOperator::Make(std::move(child), std::move(calls), std::move(schema));
}

}  // namespace firesteel
