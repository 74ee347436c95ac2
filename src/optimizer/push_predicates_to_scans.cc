#include <utility>
#include <vector>

#include "optimizer/rules.h"
#include "optimizer/scan_predicates.h"
#include "optimizer/shared_tables.h"
#include "plan/operators.h"
#include "plan/relations.h"

namespace firesteel {

Result<PlanPtr> PushPredicatesToScans(const PlanPtr& plan) {
  const SharedTables shared(plan);
  return TransformUp<LogicalPlan>(plan, [&shared](const PlanPtr& node) -> Result<PlanPtr> {
    const auto* filter = As<Filter>(node);
    const auto* scan = filter == nullptr ? nullptr : As<TableScan>(filter->child());
    if (scan == nullptr || shared.Contains(*scan)) return PlanPtr();
    std::vector<Predicate> predicates = ScanPredicates(filter->condition(), scan->output());
    if (predicates.empty()) return PlanPtr();
    return node->WithNewChildren({scan->WithFilters(std::move(predicates))});
  });
}

}  // namespace firesteel
