#pragma once

#include <vector>

#include "expr/expression.h"

namespace firesteel {

/// The conditions that AND joins, from left to right.
std::vector<ExpressionPtr> SplitConjunction(const ExpressionPtr& condition);
/// Joins conditions, at least one, with AND. They are evaluated from left to right, each on the
/// rows that those before it leave.
Result<ExpressionPtr> JoinConjunction(const std::vector<ExpressionPtr>& conditions);

}  // namespace firesteel
