#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "plan/operators.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

/// Sort and Limit see one batch only: right for a stream whose every batch is the whole result.
Status CheckWholeResult(const LogicalPlan& plan, const char* operation,
                        const PlanningContext& context) {
  if (!plan.is_streaming() || context.output_mode == OutputMode::kComplete) return Status::OK();
  return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
                   {{"outputMode", std::string(ToString(*context.output_mode))},
                    {"operation", operation}});
}

Result<PhysicalPlanPtr> PlanSort(const Sort& sort, Planning* planning) {
  ARROW_RETURN_NOT_OK(CheckWholeResult(sort, "sorting", planning->context()));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(sort.child()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> order,
                        BindReferences(sort.order(), sort.child()->output()));
  // The child's partitions are computed side by side; only the sorting itself is one task.
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr gathered, NewHashExchange(std::move(child), {}, 1));
  return NewSort(std::move(gathered), std::move(order));
}

Result<PhysicalPlanPtr> PlanLimit(const Limit& limit, Planning* planning) {
  ARROW_RETURN_NOT_OK(CheckWholeResult(limit, "limit", planning->context()));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(limit.child()));
  if (limit.is_streaming()) {
    // State commits when all of it was read; the exchange reads all, whatever the limit takes.
    ARROW_ASSIGN_OR_RAISE(child, NewHashExchange(std::move(child), {}, 1));
  }
  return NewLimit(std::move(child), limit.count());
}

}  // namespace

Result<PhysicalPlanPtr> PlanOrdering(const PlanPtr& plan, Planning* planning) {
  if (const auto* sort = As<Sort>(plan)) return PlanSort(*sort, planning);
  if (const auto* limit = As<Limit>(plan)) return PlanLimit(*limit, planning);
  return nullptr;
}

}  // namespace firesteel
