#include <algorithm>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/batch_slicer.h"
#include "exec/expression_text.h"
#include "exec/operators.h"
#include "exec/partition_sequence_reader.h"
#include "exec/sorted_run.h"
#include "exec/window_chunk.h"
#include "expr/nodes.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

/// Computes window functions, some window partitions at a time.
class WindowOperator final : public PhysicalPlan {
 public:
  WindowOperator(PhysicalPlanPtr child, UnsafeRowCodec partition_codec,
                 std::vector<ExpressionPtr> partition, std::vector<ExpressionPtr> order,
                 std::vector<PlannedWindowFunction> functions, Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(child)}),
        partition_codec_(std::move(partition_codec)),
        partition_(std::move(partition)),
        order_(std::move(order)),
        functions_(std::move(functions)),
        child_schema_(ToArrowSchema(children()[0]->schema())),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, std::vector<ExpressionPtr> partition,
                                      std::vector<ExpressionPtr> order,
                                      std::vector<PlannedWindowFunction> functions,
                                      Schema schema) {
    if (schema.size() != child->schema().size() + static_cast<int>(functions.size())) {
      return InternalError("A window's columns do not fit its functions.");
    }
    for (const PlannedWindowFunction& function : functions) {
      if (function.aggregate.distinct) {
        return InternalError("A window function cannot be DISTINCT.");
      }
      if (function.kind == PlannedWindowFunction::Kind::kNtile && function.number < 1) {
        return InternalError("ntile needs a positive number.");
      }
    }
    std::vector<DataType> types;
    for (const ExpressionPtr& key : partition) types.push_back(key->type());
    ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec codec, UnsafeRowCodec::Make(std::move(types)));
    return std::make_shared<WindowOperator>(std::move(child), std::move(codec),
                                            std::move(partition), std::move(order),
                                            std::move(functions), std::move(schema));
  }

  std::string Name() const override {
    std::string names = "[";
    for (int i = children()[0]->schema().size(); i < schema().size(); ++i) {
      if (names.size() > 1) names += ", ";
      names += schema().field(i).name;
    }
    return "Window " + names + "], " + ExpressionListText(partition_) + ", " +
           ExpressionListText(order_);
  }
  int PartitionCount(const ExecutionContext&) const override { return 1; }

  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext* task) const override {
    return std::make_unique<Reader>(this, task);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const WindowOperator* plan, TaskContext* task)
        : plan_(plan),
          task_(task),
          batch_rows_(task->execution->services().batch_rows),
          input_(NewPartitionSequenceReader(plan->children()[0].get(), task->execution)),
          slicer_(batch_rows_) {}

    Result<BatchPtr> Next() override {
      while (true) {
        if (auto piece = slicer_.Next()) return piece;
        if (!input_) return nullptr;
        ARROW_ASSIGN_OR_RAISE(BatchPtr batch, input_->Next());
        if (!batch) {
          input_.reset();
          ARROW_RETURN_NOT_OK(ComputeFirst(keys_.size()));
          continue;
        }
        const int64_t before = keys_.size();
        ARROW_RETURN_NOT_OK(AppendPartitionKeys(*batch));
        pending_.push_back(std::move(batch));
        for (int64_t row = std::max<int64_t>(before, 1); row < keys_.size(); ++row) {
          if (keys_[row] != keys_[row - 1]) complete_rows_ = row;
        }
        if (complete_rows_ >= batch_rows_) ARROW_RETURN_NOT_OK(ComputeFirst(complete_rows_));
      }
    }

   private:
    Status AppendPartitionKeys(const arrow::RecordBatch& batch) {
      if (plan_->partition_.empty()) {
        for (int64_t row = 0; row < batch.num_rows(); ++row) keys_.Append({});
        return Status::OK();
      }
      arrow::ArrayVector columns;
      for (const ExpressionPtr& key : plan_->partition_) {
        ARROW_ASSIGN_OR_RAISE(const ColumnVector column,
                              key->Evaluate(batch, &task_->evaluation));
        ARROW_ASSIGN_OR_RAISE(auto values, column.Expand(batch.num_rows()));
        columns.push_back(std::move(values));
      }
      return plan_->partition_codec_.Encode(columns, /*normalize_floats=*/true, &keys_);
    }

    /// Gives out the first pending rows, which are whole window partitions.
    Status ComputeFirst(int64_t rows) {
      if (rows == 0) return Status::OK();
      ARROW_ASSIGN_OR_RAISE(const BatchPtr all,
                            ConcatenateBatches(plan_->child_schema_, pending_));
      const EncodedRows keys = std::exchange(keys_, EncodedRows());
      pending_.clear();
      if (rows < all->num_rows()) pending_.push_back(all->Slice(rows));
      for (int64_t row = rows; row < keys.size(); ++row) keys_.Append(keys[row]);
      complete_rows_ = 0;
      const BatchPtr first = all->Slice(0, rows);
      ARROW_ASSIGN_OR_RAISE(const WindowChunk chunk,
                            WindowChunk::Make(first, keys, plan_->order_, &task_->evaluation));
      arrow::ArrayVector columns = first->columns();
      for (const PlannedWindowFunction& function : plan_->functions_) {
        ARROW_ASSIGN_OR_RAISE(auto column, chunk.Compute(function, &task_->evaluation));
        columns.push_back(std::move(column));
      }
      slicer_.Reset(arrow::RecordBatch::Make(plan_->arrow_schema_, rows, std::move(columns)));
      return Status::OK();
    }

    const WindowOperator* plan_;
    TaskContext* task_;
    int64_t batch_rows_;
    std::unique_ptr<BatchReader> input_;
    BatchSlicer slicer_;
    std::vector<BatchPtr> pending_;
    EncodedRows keys_;  // the window partition of each pending row
    int64_t complete_rows_ = 0;
  };

  UnsafeRowCodec partition_codec_;
  std::vector<ExpressionPtr> partition_;
  std::vector<ExpressionPtr> order_;
  std::vector<PlannedWindowFunction> functions_;
  std::shared_ptr<arrow::Schema> child_schema_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewWindow(PhysicalPlanPtr child, std::vector<ExpressionPtr> partition,
                                  std::vector<ExpressionPtr> order,
                                  std::vector<PlannedWindowFunction> functions, Schema schema) {
  return WindowOperator::Make(std::move(child), std::move(partition), std::move(order),
                              std::move(functions), std::move(schema));
}

}  // namespace firesteel
