#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/name_scope.h"
#include "expr/unresolved.h"
#include "plan/logical_plan.h"

namespace firesteel {

// A plan may stand in a query more than once, because others were derived from it. The columns of
// its tag are then those of the one place where they reach the node; where they do so in several,
// those of a child of the node, since `a.join(a.filter(…), a["x"] == …)` means the left side.

/// What `df["a"]` means in a node over `children`: the column of the plan with df's tag among them,
/// as it reaches the node; nullptr where it does not reach it. A name may be a path into a column.
/// Errors: AMBIGUOUS_COLUMN_REFERENCE, as NameScope::Find.
Result<ExpressionPtr> FindTagged(const UnresolvedAttribute& name,
                                 const std::vector<PlanPtr>& children, const NameScope& scope);

/// What `df["*"]` means: all columns of the plan. Errors: AMBIGUOUS_COLUMN_REFERENCE,
/// CANNOT_RESOLVE_DATAFRAME_COLUMN where one of them does not reach the node.
Result<std::vector<ExpressionPtr>> FindAllTagged(int64_t tag, const std::vector<PlanPtr>& children,
                                                 const NameScope& scope);

/// Whether a plan with the tag is among `plans` or below them.
bool HoldTag(const std::vector<PlanPtr>& plans, int64_t tag);

}  // namespace firesteel
