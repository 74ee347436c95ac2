#pragma once

#include "firesteel/output_mode.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// Refuses what cannot run: a streaming plan in an action for batch plans. Errors:
/// _LEGACY_ERROR_TEMP_3102 as in Spark.
Status CheckForBatch(const PlanPtr& plan);
/// Refuses combinations of operations and output mode that a streaming query cannot run (analyzed
/// plan). One table of rules, in Spark's order; `checks_chains`: also what the output mode makes of
/// operators with state that follow each other. Errors: STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION,
/// _LEGACY_ERROR_TEMP_3102, …
Status CheckForStreaming(const PlanPtr& plan, OutputMode mode, bool checks_chains = true);

}  // namespace firesteel
