#pragma once

#include <vector>

#include "analyzer/name_scope.h"
#include "expr/unresolved.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// What `df["a"]` means in a node over `children`: the column of the plan with df's tag among them,
/// as it reaches the node; nullptr where it does not reach it. A plan that stands there more than once,
/// because another was derived from it, means the one with the fewest nodes above it. A name may be a
/// path into a column. Errors: AMBIGUOUS_COLUMN_REFERENCE for two as deep (a self join),
/// UNRESOLVED_COLUMN.*, as NameScope::Find.
Result<ExpressionPtr> FindTagged(const UnresolvedAttribute& name,
                                 const std::vector<PlanPtr>& children, const NameScope& scope);

}  // namespace firesteel
