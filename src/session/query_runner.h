#pragma once

#include <memory>

#include "common/config.h"
#include "exec/execution_context.h"
#include "exec/physical_plan.h"
#include "session/session_backend.h"

namespace firesteel {

/// Optimizes and plans an analyzed batch plan.
Result<PhysicalPlanPtr> PlanBatchQuery(const PlanPtr& analyzed, const Config& config);

/// Runs an analyzed batch plan to its end. Errors: CheckForBatch's for a streaming plan.
Result<QueryResult> RunBatchQuery(const PlanPtr& analyzed, const Config& config,
                                  const ExecutionServices& services,
                                  const CancellationToken* cancellation = nullptr);

}  // namespace firesteel
