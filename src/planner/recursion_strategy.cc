#include <utility>

#include "common/error.h"
#include "exec/recursion.h"
#include "plan/recursion.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

Result<PhysicalPlanPtr> PlanLoop(const Recursion& recursion, Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr first, planning->Plan(recursion.first()));
  PlannedRecursion planned{std::make_shared<const RecursionLink>(), recursion.maximum_level(),
                           recursion.limit()};
  planning->recursions()[recursion.number()] = planned.link;
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr step, planning->Plan(recursion.step()));
  return NewRecursion(std::move(first), std::move(step), std::move(planned), recursion.schema());
}

}  // namespace

Result<PhysicalPlanPtr> PlanRecursion(const PlanPtr& plan, Planning* planning) {
  if (const auto* recursion = As<Recursion>(plan)) return PlanLoop(*recursion, planning);
  const auto* input = As<RecursionInput>(plan);
  if (input == nullptr) return nullptr;
  const auto found = planning->recursions().find(input->number());
  if (found == planning->recursions().end()) {
    return InternalError("No recursion around " + plan->Describe());
  }
  return NewRecursionInput(plan->schema(), found->second);
}

}  // namespace firesteel
