#pragma once

#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// The conditions that AND joins, from left to right.
std::vector<ExpressionPtr> SplitConjunction(const ExpressionPtr& condition);
/// Joins conditions, at least one, with AND. They are evaluated from left to right, each on the
/// rows that those before it leave.
Result<ExpressionPtr> JoinConjunction(const std::vector<ExpressionPtr>& conditions);

/// Keeps the rows for which all conditions are true; without conditions `child` itself.
Result<PlanPtr> FilterBy(const std::vector<ExpressionPtr>& conditions, PlanPtr child);

}  // namespace firesteel
