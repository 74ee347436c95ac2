#include <deque>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "exec/group_cutter.h"
#include "exec/user_functions.h"
#include "expr/nodes.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Gives functions one group after another and puts their values beside the groups' keys.
class UserAggregateOperator final : public PhysicalPlan {
 public:
  UserAggregateOperator(PhysicalPlanPtr sorted, int key_columns,
                        std::vector<UserColumnTask::Call> calls, std::string text, Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(sorted)}),
        key_columns_(key_columns),
        calls_(std::move(calls)),
        text_(std::move(text)),
        arrow_schema_(ToArrowSchema(this->schema())),
        arrow_input_(ToArrowSchema(children()[0]->schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr sorted, int key_columns,
                                      std::vector<PlannedUserCall> planned, Schema schema) {
    std::vector<UserColumnTask::Call> calls;
    std::string text;
    for (PlannedUserCall& call : planned) {
      UserColumnTask::Call placed{call.function, {}, call.names};
      for (const ExpressionPtr& argument : call.arguments) {
        const auto* column = As<BoundReference>(argument);
        if (column == nullptr) return InternalError("An aggregate's arguments must be columns.");
        placed.columns.push_back(column->index());
      }
      text += (text.empty() ? "" : ", ") + call.text;
      calls.push_back(std::move(placed));
    }
    if (calls.empty() || schema.size() != key_columns + static_cast<int>(calls.size())) {
      return InternalError("An aggregation by functions gives its keys and one column per call.");
    }
    return std::make_shared<UserAggregateOperator>(std::move(sorted), key_columns,
                                                   std::move(calls), std::move(text),
                                                   std::move(schema));
  }

  std::string Name() const override { return "AggregateInPython [" + text_ + "]"; }
  int PartitionCount(const ExecutionContext&) const override { return 1; }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    auto reader = std::make_unique<Reader>(
        this, GroupCutter(std::move(input), children()[0]->schema(), key_columns_));
    ARROW_RETURN_NOT_OK(reader->Start(partition, *task));
    return reader;
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const UserAggregateOperator* plan, GroupCutter groups)
        : plan_(plan), groups_(std::move(groups)) {}

    Status Start(int partition, const TaskContext& context) {
      UserColumnTask task;
      task.calls = plan_->calls_;
      task.inputs = {plan_->children()[0]->schema()};
      task.key_columns = plan_->key_columns_;
      const auto& fields = plan_->schema().fields();
      task.output = Schema(
          std::vector<StructField>(fields.begin() + plan_->key_columns_, fields.end()));
      task.partition = partition;
      task.cancelled = &context.execution->cancellation().flag();
      UserFunctionRuntime* runtime = plan_->calls_[0].function->runtime.get();
      ARROW_ASSIGN_OR_RAISE(values_, runtime->Run(std::move(task), [this] { return NextGroup(); }));
      return Status::OK();
    }

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> values, values_->Next());
      const auto count = values == nullptr ? 0 : static_cast<size_t>(values->num_rows());
      if (values == nullptr ? !keys_.empty() : count > keys_.size()) {
        return MakeError("PYTHON_WORKER_FAILED",
                         {{"what", "gave another number of values than it was given groups"}});
      }
      if (values == nullptr) return nullptr;
      const arrow::RecordBatchVector rows(keys_.begin(), keys_.begin() + count);
      keys_.erase(keys_.begin(), keys_.begin() + count);
      ARROW_ASSIGN_OR_RAISE(const auto keys, arrow::ConcatenateRecordBatches(rows));
      arrow::ArrayVector columns;
      for (int i = 0; i < plan_->key_columns_; ++i) columns.push_back(keys->column(i));
      for (const auto& column : values->columns()) columns.push_back(column);
      return arrow::RecordBatch::Make(plan_->arrow_schema_, values->num_rows(),
                                      std::move(columns));
    }

   private:
    Result<std::vector<UserFrame>> NextGroup() {
      ARROW_ASSIGN_OR_RAISE(const CutGroup* next, groups_.Peek());
      if (next == nullptr) return std::vector<UserFrame>();
      CutGroup group = groups_.Take();
      keys_.push_back(group.batches[0]->Slice(0, 1));
      UserFrame frame{plan_->arrow_input_, std::move(group.batches)};
      return std::vector<UserFrame>{std::move(frame)};
    }

    const UserAggregateOperator* plan_;
    GroupCutter groups_;
    // One row of each group that has no value yet.
    std::deque<std::shared_ptr<arrow::RecordBatch>> keys_;
    std::unique_ptr<BatchReader> values_;  // last: it calls NextGroup
  };

  int key_columns_;
  std::vector<UserColumnTask::Call> calls_;
  std::string text_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::shared_ptr<arrow::Schema> arrow_input_;
};

}  // namespace

Result<PhysicalPlanPtr> NewUserAggregate(PhysicalPlanPtr sorted, int key_columns,
                                         std::vector<PlannedUserCall> calls, Schema schema) {
  return UserAggregateOperator::Make(std::move(sorted), key_columns, std::move(calls),
                                     std::move(schema));
}

}  // namespace firesteel
