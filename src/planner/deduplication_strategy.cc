#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "exec/stateful/streaming_deduplicate.h"
#include "plan/deduplicate.h"
#include "plan/event_time.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

Result<int> IndexOfColumn(const ExpressionPtr& key, const std::vector<AttributePtr>& columns) {
  const auto* attribute = As<Attribute>(key);
  for (size_t i = 0; attribute && i < columns.size(); ++i) {
    if (columns[i]->id() == attribute->id()) return static_cast<int>(i);
  }
  return InternalError("No column to deduplicate by: " + key->ToString());
}

}  // namespace

/// exchange by the keys -> the first row of each. In batch queries it is an aggregation.
Result<PhysicalPlanPtr> PlanDeduplication(const PlanPtr& plan, Planning* planning) {
  const auto* deduplicate = As<Deduplicate>(plan);
  if (deduplicate == nullptr) return nullptr;
  const std::vector<AttributePtr> columns = plan->child()->output();
  PlannedDeduplicate planned;
  ARROW_ASSIGN_OR_RAISE(const AttributePtr event_time, EventTimeColumn(columns));
  if (event_time) {
    ARROW_ASSIGN_OR_RAISE(planned.event_time,
                          BindReferences(EventTimeOf(event_time), columns));
  }
  if (deduplicate->within_watermark()) {
    if (!event_time) return InternalError("No event time: " + deduplicate->Describe());
    planned.expires_after_ms = WatermarkDelayMs(*event_time);
  }
  for (const ExpressionPtr& key : deduplicate->keys()) {
    ARROW_ASSIGN_OR_RAISE(const int index, IndexOfColumn(key, columns));
    if (WatermarkDelayMs(*columns[index])) {
      planned.event_time_key = static_cast<int>(planned.keys.size());
    }
    planned.keys.push_back(index);
  }
  StateOptions options = planning->NextStateOptions();
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr input, planning->Plan(plan->child()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> keys,
                        BindReferences(deduplicate->keys(), columns));
  if (planned.event_time) {
    input = planning->WithLateRowsKept(std::move(input), planned.event_time, options.operator_id);
  }
  const int partitions = keys.empty() ? 1 : options.shuffle_partitions;
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr exchange,
                        NewHashExchange(std::move(input), std::move(keys), partitions));
  return NewStreamingDeduplicate(std::move(exchange), std::move(planned), std::move(options));
}

}  // namespace firesteel
