#pragma once

#include "plan/subqueries.h"

namespace firesteel {

/// A plan that gives the columns of another one and more, and a value over it.
struct JoinedValue {
  PlanPtr plan;
  ExpressionPtr value;
};

/// Joins the value of a correlated scalar subquery, whose own subqueries are rewritten already, to
/// the rows of `plan`. Errors as Decorrelate.
Result<JoinedValue> JoinScalar(PlanPtr plan, const SubqueryExpression& subquery);

}  // namespace firesteel
