#pragma once

#include "plan/logical_plan.h"

namespace firesteel {

/// Rewrites a resolved plan into an equivalent, cheaper one. One rewrite per file; the ordered,
/// commented list is in optimizer.cc. The output columns keep their ids, names and order.
Result<PlanPtr> Optimize(const PlanPtr& plan);

}  // namespace firesteel
