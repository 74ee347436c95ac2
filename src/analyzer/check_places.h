#pragma once

#include "arrow/status.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// Refuses what stands where it means nothing. Only programs can write such plans, SQL text cannot.
///
/// For a node that stays unresolved although all its names are known: arguments by name and lambdas
/// outside of calls, names for several columns of what has one. OK when it is none of these.
Status CheckUnresolvedPlaces(const PlanPtr& node);

/// For a resolved node: a direction of sorting outside of a sort, aggregate functions and windows
/// where rows are only multiplied.
Status CheckResolvedPlaces(const PlanPtr& node);

/// Generators that no rule has taken out of `node`.
Status CheckGenerators(const PlanPtr& node);

}  // namespace firesteel
