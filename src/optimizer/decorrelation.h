#pragma once

#include <map>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// A subquery's plan without what it reads of the query around it, and what must be said above
/// instead. `conditions` hold OuterReferences still; the plan gives the columns they read.
struct Decorrelated {
  PlanPtr plan;
  std::vector<ExpressionPtr> conditions;
  /// Columns that are computed from the query around the subquery: what they stand for, by id.
  std::map<ExprId, ExpressionPtr> computed;
};

/// Moves all conditions that read the query around `plan` out of it. The plan keeps its columns,
/// apart from those in `computed`, and may give more. Errors:
/// UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE where that changes the answer.
Result<Decorrelated> Decorrelate(const PlanPtr& plan);

/// Whether something below reads a query around it.
bool ReadsOuter(const PlanPtr& plan);
bool ReadsOuter(const ExpressionPtr& expression);
/// Puts the columns of the query around in the place of references to them.
Result<ExpressionPtr> WithoutOuterReferences(const ExpressionPtr& expression);
/// Whether the condition says that something of the subquery alone equals something of the query
/// around it alone.
bool IsCorrelatedEquality(const ExpressionPtr& condition);
/// Puts values in the place of columns.
Result<ExpressionPtr> Replace(const ExpressionPtr& expression,
                              const std::map<ExprId, ExpressionPtr>& values);
Status UnsupportedCorrelation(const ExpressionPtr& expression);

}  // namespace firesteel
