#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

Result<PhysicalPlanPtr> PlanTableScan(const TableScan& scan) {
  if (scan.is_streaming()) {
    return NewMicroBatchScan(scan.schema(), scan.source_index(), scan.table()->Name());
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<Scan> made,
                        scan.table()->NewScan({scan.schema(), scan.filters()}));
  return NewTableScan(scan.schema(), std::move(made));
}

}  // namespace

Result<PhysicalPlanPtr> PlanRelation(const PlanPtr& plan, Planning* planning) {
  if (const auto* local = As<LocalRelation>(plan)) {
    return NewLocalScan(local->schema(), local->batches());
  }
  if (const auto* scan = As<TableScan>(plan)) return PlanTableScan(*scan);
  if (As<OneRow>(plan)) return NewOneRowScan();
  if (const auto* range = As<Range>(plan)) {
    return NewRangeScan(range->schema(), range->start(), range->end(), range->step(),
                        range->partitions().value_or(planning->context().shuffle_partitions));
  }
  return nullptr;
}

}  // namespace firesteel
