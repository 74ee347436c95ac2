#include "exec/scalar_subquery.h"

#include <mutex>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/util.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Reads a query of at most one row when the run is prepared; gives out nothing.
class ScalarSubquery final : public PhysicalPlan {
 public:
  ScalarSubquery(PhysicalPlanPtr child, int number)
      : PhysicalPlan(child->schema(), {child}), number_(number) {}

  std::string Name() const override { return "ScalarSubquery " + std::to_string(number_); }
  int PartitionCount(const ExecutionContext&) const override { return 0; }

  Status Prepare(ExecutionContext* execution) const override {
    std::mutex mutex;
    std::shared_ptr<arrow::Array> value;  // guarded by mutex
    ARROW_RETURN_NOT_OK(RunPartitions(
        *children()[0], execution, [&](int, BatchReader* reader, TaskContext*) -> Status {
          while (true) {
            ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch,
                                  reader->Next());
            if (!batch) return Status::OK();
            const std::lock_guard<std::mutex> lock(mutex);
            if (value || batch->num_rows() > 1) {
              return MakeError("SCALAR_SUBQUERY_TOO_MANY_ROWS", {});
            }
            value = batch->column(0);
          }
        }));
    if (!value) {
      ARROW_ASSIGN_OR_RAISE(value,
                            arrow::MakeArrayOfNull(ToArrowType(schema().field(0).type), 1));
    }
    execution->SetSubqueryValue(number_, {std::move(value), true});
    return Status::OK();
  }

  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext*) const override {
    return InternalError("A scalar subquery has no partitions.");
  }

 private:
  int number_;
};

/// Passes its last child on. The others come before it only to be prepared first.
class WithSubqueries final : public PhysicalPlan {
 public:
  WithSubqueries(Schema schema, std::vector<PhysicalPlanPtr> children)
      : PhysicalPlan(std::move(schema), std::move(children)) {}

  std::string Name() const override { return "WithSubqueries"; }
  int PartitionCount(const ExecutionContext& execution) const override {
    return children().back()->PartitionCount(execution);
  }
  std::optional<int64_t> KnownRows(const ExecutionContext& execution) const override {
    return children().back()->KnownRows(execution);
  }
  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    return children().back()->Execute(partition, task);
  }
};

}  // namespace

SubqueryValue::SubqueryValue(int number, DataType type) : Expression(kKind, {}), number_(number) {
  SetType(std::move(type), true);
}

ExpressionPtr SubqueryValue::WithNewChildren(std::vector<ExpressionPtr>) const {
  return std::make_shared<SubqueryValue>(number_, type());
}

std::string SubqueryValue::Sql() const { return "subquery#" + std::to_string(number_); }

Result<ColumnVector> SubqueryValue::Evaluate(const arrow::RecordBatch&,
                                             EvaluationContext* context) const {
  const std::vector<ColumnVector>* values = context->subquery_values;
  if (values == nullptr || number_ >= static_cast<int>(values->size()) ||
      !(*values)[number_].values) {
    return InternalError("A subquery was not run before it was needed.");
  }
  return (*values)[number_];
}

Result<PhysicalPlanPtr> NewWithSubqueries(PhysicalPlanPtr plan,
                                          std::vector<PhysicalPlanPtr> subqueries) {
  std::vector<PhysicalPlanPtr> children;
  for (PhysicalPlanPtr& subquery : subqueries) {
    if (subquery->schema().size() != 1) {
      return InternalError("A scalar subquery has one column.");
    }
    const int number = static_cast<int>(children.size());
    children.push_back(std::make_shared<ScalarSubquery>(std::move(subquery), number));
  }
  Schema schema = plan->schema();
  children.push_back(std::move(plan));
  return std::make_shared<WithSubqueries>(std::move(schema), std::move(children));
}

}  // namespace firesteel
