#include "optimizer/rules.h"
#include "plan/operators.h"
#include "plan/relations.h"

namespace firesteel {

Result<PlanPtr> PruneFilters(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, [](const PlanPtr& node) -> Result<PlanPtr> {
    const auto* filter = As<Filter>(node);
    const auto* constant = filter == nullptr ? nullptr : As<Literal>(filter->condition());
    if (constant == nullptr) return PlanPtr();
    if (constant->value().Is<bool>() && constant->value().Get<bool>()) return filter->child();
    // A stream stays in the plan even so: its offsets belong to the checkpoint.
    if (filter->is_streaming()) return PlanPtr();
    return PlanPtr(std::make_shared<LocalRelation>(
        filter->output(), std::vector<std::shared_ptr<arrow::RecordBatch>>()));
  });
}

}  // namespace firesteel
