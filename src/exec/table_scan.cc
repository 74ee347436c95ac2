#include <string>
#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "exec/scan_reader.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Partitions = std::vector<std::shared_ptr<const InputPartition>>;

/// Reads a table once. Its partitions are found when the run is prepared and kept for the run.
class TableScanOperator final : public PhysicalPlan {
 public:
  TableScanOperator(Schema schema, std::shared_ptr<Scan> scan)
      : PhysicalPlan(std::move(schema), {}),
        scan_(std::move(scan)),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  static Result<PhysicalPlanPtr> Make(Schema schema, std::shared_ptr<Scan> scan) {
    if (!scan) return InternalError("A table scan needs a scan.");
    return std::make_shared<TableScanOperator>(std::move(schema), std::move(scan));
  }

  std::string Name() const override { return "TableScan " + scan_->Describe(); }

  Status Prepare(ExecutionContext* execution) const override {
    ARROW_ASSIGN_OR_RAISE(Partitions partitions, scan_->PlanInputPartitions());
    execution->OperatorState<Partitions>(
        this, [&] { return std::make_shared<Partitions>(std::move(partitions)); });
    return Status::OK();
  }

  int PartitionCount(const ExecutionContext& execution) const override {
    const auto partitions = execution.FindOperatorState<Partitions>(this);
    return partitions ? static_cast<int>(partitions->size()) : 0;
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    const auto partitions = task->execution->FindOperatorState<Partitions>(this);
    if (!partitions) return InternalError("A table scan was read before it was prepared.");
    return OpenScanReader(
        [&](const ReadContext& context) {
          return scan_->CreateReader(*(*partitions)[partition], context);
        },
        arrow_schema_, partition, task, nullptr);
  }

 private:
  std::shared_ptr<Scan> scan_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewTableScan(Schema schema, std::shared_ptr<Scan> scan) {
  return TableScanOperator::Make(std::move(schema), std::move(scan));
}

}  // namespace firesteel
