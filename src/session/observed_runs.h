#pragma once

#include "exec/execution_context.h"
#include "exec/physical_plan.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// Tells those who observe a plan what its run, which has ended, has seen. Errors: a metric that
/// cannot be computed (it overflows), which they are told as well.
Status DeliverMetrics(const PlanPtr& analyzed, const PhysicalPlan& plan,
                      ExecutionContext* execution);

/// Tells them why it failed; returns `error`.
Status DeliverFailure(const PlanPtr& analyzed, Status error);

}  // namespace firesteel
