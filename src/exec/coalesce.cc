#include <algorithm>
#include <string>
#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "exec/partition_sequence_reader.h"

namespace firesteel {

namespace {

class Coalesce final : public PhysicalPlan {
 public:
  Coalesce(PhysicalPlanPtr child, int partitions)
      : PhysicalPlan(child->schema(), {child}), partitions_(partitions) {}

  std::string Name() const override { return "Coalesce " + std::to_string(partitions_); }
  int PartitionCount(const ExecutionContext& execution) const override {
    return std::min(partitions_, children()[0]->PartitionCount(execution));
  }
  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    const PhysicalPlan* child = children()[0].get();
    const int64_t below = child->PartitionCount(*task->execution);
    const int64_t count = PartitionCount(*task->execution);
    return NewPartitionSequenceReader(child, task->execution,
                                      static_cast<int>(partition * below / count),
                                      static_cast<int>((partition + 1) * below / count));
  }

 private:
  int partitions_;
};

}  // namespace

Result<PhysicalPlanPtr> NewCoalesce(PhysicalPlanPtr child, int partitions) {
  if (partitions < 1) return InternalError("Partitions are coalesced into none.");
  return std::make_shared<Coalesce>(std::move(child), partitions);
}

}  // namespace firesteel
