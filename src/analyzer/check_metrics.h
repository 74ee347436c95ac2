#pragma once

#include "plan/collect_metrics.h"

namespace firesteel {

/// Checks what an observation is to compute: aggregates, and expressions of them. Errors:
/// INVALID_OBSERVED_METRICS.*
Status CheckMetrics(const CollectMetrics& node);

/// Checks that a name stands for one observation in the whole plan, subqueries included; that one
/// may occur many times. Errors: DUPLICATED_METRICS_NAME.
Status CheckMetricNames(const PlanPtr& plan);

}  // namespace firesteel
