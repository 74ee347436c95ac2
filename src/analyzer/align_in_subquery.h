#pragma once

#include "expr/function.h"
#include "plan/subqueries.h"

namespace firesteel {

/// Gives both sides of `a IN (SELECT …)` one type; nullptr when they have it. Errors:
/// DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH, DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH.
Result<ExpressionPtr> AlignIn(const SubqueryExpression& subquery, const FunctionSettings& settings);

}  // namespace firesteel
