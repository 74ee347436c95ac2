#pragma once

#include <vector>

#include "expr/unresolved.h"

namespace firesteel {

/// Appends the SortOrders of WITHIN GROUP (ORDER BY …) to the placed arguments of a call. Errors:
/// INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX for functions that take none,
/// WRONG_NUM_ARGS.*, INVALID_WITHIN_GROUP_EXPRESSION.*.
Status AddWithinGroup(const UnresolvedFunction& call, std::vector<ExpressionPtr>* arguments);

}  // namespace firesteel
