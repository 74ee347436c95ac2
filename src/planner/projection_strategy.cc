#include <utility>

#include "exec/event_time_watermark.h"
#include "exec/operators.h"
#include "plan/event_time.h"
#include "plan/operators.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

Result<PhysicalPlanPtr> PlanProject(const Project& project, Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(project.child()));
  std::vector<ExpressionPtr> list;
  for (const ExpressionPtr& expression : project.list()) {
    list.push_back(As<Alias>(expression) ? expression->child(0) : expression);
  }
  ARROW_ASSIGN_OR_RAISE(list, BindReferences(list, project.child()->output()));
  return NewProject(std::move(child), std::move(list), project.schema());
}

Result<PhysicalPlanPtr> PlanFilter(const Filter& filter, Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(filter.child()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition,
                        BindReferences(filter.condition(), filter.child()->output()));
  return NewFilter(std::move(child), std::move(condition));
}

Result<PhysicalPlanPtr> PlanWatermark(const EventTimeWatermark& watermark, Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(watermark.child()));
  ARROW_ASSIGN_OR_RAISE(
      ExpressionPtr event_time,
      BindReferences(EventTimeOf(watermark.event_time()), watermark.child()->output()));
  return EventTimeWatermarkOperator::Make(std::move(child), std::move(event_time),
                                          *watermark.delay_ms(), watermark.node_id(),
                                          watermark.schema());
}

}  // namespace

Result<PhysicalPlanPtr> PlanProjection(const PlanPtr& plan, Planning* planning) {
  if (const auto* project = As<Project>(plan)) return PlanProject(*project, planning);
  if (const auto* filter = As<Filter>(plan)) return PlanFilter(*filter, planning);
  if (const auto* watermark = As<EventTimeWatermark>(plan)) {
    return PlanWatermark(*watermark, planning);
  }
  if (As<SubqueryAlias>(plan)) return planning->Plan(plan->child());
  return nullptr;
}

}  // namespace firesteel
