#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/operators.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The partitions of all children, those of the first child first.
class UnionOperator final : public PhysicalPlan {
 public:
  UnionOperator(std::vector<PhysicalPlanPtr> children, Schema schema)
      : PhysicalPlan(std::move(schema), std::move(children)),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  static Result<PhysicalPlanPtr> Make(std::vector<PhysicalPlanPtr> children, Schema schema) {
    for (const PhysicalPlanPtr& child : children) {
      bool fits = child->schema().size() == schema.size();
      for (int i = 0; fits && i < schema.size(); ++i) {
        fits = child->schema().field(i).type.SameType(schema.field(i).type);
      }
      if (!fits) return InternalError("The children of a union differ in their columns.");
    }
    return std::make_shared<UnionOperator>(std::move(children), std::move(schema));
  }

  std::string Name() const override { return "Union"; }

  int PartitionCount(const ExecutionContext& execution) const override {
    int count = 0;
    for (const PhysicalPlanPtr& child : children()) count += child->PartitionCount(execution);
    return count;
  }

  std::optional<int64_t> KnownRows(const ExecutionContext& execution) const override {
    int64_t sum = 0;
    for (const PhysicalPlanPtr& child : children()) {
      const std::optional<int64_t> rows = child->KnownRows(execution);
      if (!rows) return std::nullopt;
      sum += *rows;
    }
    return sum;
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    for (const PhysicalPlanPtr& child : children()) {
      const int count = child->PartitionCount(*task->execution);
      if (partition < count) {
        ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                              child->Execute(partition, task));
        return std::make_unique<Reader>(arrow_schema_, std::move(input));
      }
      partition -= count;
    }
    return InternalError("A union was asked for a partition that it does not have.");
  }

 private:
  /// Puts the union's names in place of the child's.
  class Reader final : public BatchReader {
   public:
    Reader(std::shared_ptr<arrow::Schema> schema, std::unique_ptr<BatchReader> input)
        : schema_(std::move(schema)), input_(std::move(input)) {}
    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
      if (!batch) return nullptr;
      return arrow::RecordBatch::Make(schema_, batch->num_rows(), batch->columns());
    }

   private:
    std::shared_ptr<arrow::Schema> schema_;
    std::unique_ptr<BatchReader> input_;
  };

  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewUnion(std::vector<PhysicalPlanPtr> children, Schema schema) {
  return UnionOperator::Make(std::move(children), std::move(schema));
}

}  // namespace firesteel
