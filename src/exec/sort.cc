#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/expression_text.h"
#include "exec/operators.h"
#include "exec/partition_sequence_reader.h"
#include "exec/sort_key.h"
#include "expr/nodes.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The order of rows by their keys; equal ones keep their order.
std::vector<int64_t> SortedRows(const EncodedRows& keys) {
  struct Row {
    uint64_t prefix;  // the first bytes of the key, big-endian: most comparisons end here
    int64_t row;
  };
  std::vector<Row> rows(keys.size());
  for (int64_t i = 0; i < keys.size(); ++i) {
    const std::string_view key = keys[i];
    unsigned char first[8] = {};
    std::memcpy(first, key.data(), std::min<size_t>(8, key.size()));
    uint64_t prefix = 0;
    for (const unsigned char byte : first) prefix = prefix << 8 | byte;
    rows[i] = {prefix, i};
  }
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = keys[a.row].compare(keys[b.row]);
    return order != 0 ? order < 0 : a.row < b.row;
  });
  std::vector<int64_t> sorted(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) sorted[i] = rows[i].row;
  return sorted;
}

/// Sorts all partitions of the child into one, in memory.
class SortOperator final : public PhysicalPlan {
 public:
  SortOperator(PhysicalPlanPtr child, std::vector<ExpressionPtr> order)
      : PhysicalPlan(child->schema(), {child}),
        order_(std::move(order)),
        arrow_schema_(ToArrowSchema(schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, std::vector<ExpressionPtr> order) {
    for (const ExpressionPtr& one : order) {
      if (!As<SortOrder>(one)) return InternalError("A sort needs orders: " + one->Sql());
    }
    return std::make_shared<SortOperator>(std::move(child), std::move(order));
  }

  std::string Name() const override { return "Sort " + ExpressionListText(order_); }
  int PartitionCount(const ExecutionContext&) const override { return 1; }

  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext* task) const override {
    return std::make_unique<Reader>(this, task);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const SortOperator* plan, TaskContext* task)
        : plan_(plan),
          task_(task),
          input_(NewPartitionSequenceReader(plan->children()[0].get(), task->execution)) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (input_) ARROW_RETURN_NOT_OK(SortAll());
      const auto rows = static_cast<int64_t>(sorted_.size());
      if (next_row_ == rows) return nullptr;
      const int64_t count = std::min(task_->execution->services().batch_rows, rows - next_row_);
      const auto indices = std::make_shared<arrow::Int64Array>(
          count, arrow::Buffer::Wrap(sorted_.data() + next_row_, count));
      next_row_ += count;
      if (all_->num_columns() == 0) return all_->Slice(0, count);
      ARROW_ASSIGN_OR_RAISE(
          arrow::Datum taken,
          arrow::compute::Take(all_, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
      return taken.record_batch();
    }

   private:
    Status SortAll() {
      std::vector<arrow::ArrayVector> pieces(plan_->schema().size());
      EncodedRows keys;
      while (true) {
        ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
        if (!batch) break;
        ARROW_RETURN_NOT_OK(AppendKeys(*batch, &keys));
        for (int i = 0; i < batch->num_columns(); ++i) pieces[i].push_back(batch->column(i));
      }
      input_.reset();
      if (keys.size() == 0) return Status::OK();
      arrow::ArrayVector columns;
      for (const arrow::ArrayVector& column : pieces) {
        ARROW_ASSIGN_OR_RAISE(auto whole, arrow::Concatenate(column));
        columns.push_back(std::move(whole));
      }
      all_ = arrow::RecordBatch::Make(plan_->arrow_schema_, keys.size(), std::move(columns));
      sorted_ = SortedRows(keys);
      return Status::OK();
    }

    Status AppendKeys(const arrow::RecordBatch& batch, EncodedRows* keys) {
      std::vector<SortKeyColumn> columns;
      for (const ExpressionPtr& one : plan_->order_) {
        const auto* order = As<SortOrder>(one);
        ARROW_ASSIGN_OR_RAISE(const ColumnVector value,
                              order->child(0)->Evaluate(batch, &task_->evaluation));
        ARROW_ASSIGN_OR_RAISE(auto values, value.Expand(batch.num_rows()));
        columns.push_back({std::move(values), order->child(0)->type(), order->ascending(),
                           order->nulls_first()});
      }
      return AppendSortKeys(columns, batch.num_rows(), keys);
    }

    const SortOperator* plan_;
    TaskContext* task_;
    std::unique_ptr<BatchReader> input_;
    std::shared_ptr<arrow::RecordBatch> all_;
    std::vector<int64_t> sorted_;
    int64_t next_row_ = 0;
  };

  std::vector<ExpressionPtr> order_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewSort(PhysicalPlanPtr child, std::vector<ExpressionPtr> order) {
  return SortOperator::Make(std::move(child), std::move(order));
}

}  // namespace firesteel
