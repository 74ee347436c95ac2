#include <string>
#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "exec/scan_reader.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Reads what one source gives to the batch being run.
class MicroBatchScan final : public PhysicalPlan {
 public:
  MicroBatchScan(Schema schema, int source_index, std::string description)
      : PhysicalPlan(std::move(schema), {}),
        source_index_(source_index),
        description_(std::move(description)),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  static Result<PhysicalPlanPtr> Make(Schema schema, int source_index, std::string description) {
    if (source_index < 0) return InternalError("A streaming scan has no source number.");
    return std::make_shared<MicroBatchScan>(std::move(schema), source_index,
                                            std::move(description));
  }

  std::string Name() const override { return "MicroBatchScan " + description_; }

  Status Prepare(ExecutionContext* execution) const override {
    if (source_index_ < static_cast<int>(execution->batch().sources.size())) return Status::OK();
    return InternalError("The batch has no source " + std::to_string(source_index_) + ".");
  }

  int PartitionCount(const ExecutionContext& execution) const override {
    return static_cast<int>(execution.batch().sources[source_index_].partitions.size());
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    const SourceBatch& source = task->execution->batch().sources[source_index_];
    return OpenScanReader(
        [&](const ReadContext& context) {
          return source.stream->CreateReader(*source.partitions[partition], context);
        },
        arrow_schema_, partition, task, task->execution->InputRows(source_index_));
  }

 private:
  int source_index_;
  std::string description_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewMicroBatchScan(Schema schema, int source_index,
                                          std::string description) {
  return MicroBatchScan::Make(std::move(schema), source_index, std::move(description));
}

}  // namespace firesteel
