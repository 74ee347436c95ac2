#pragma once

#include "plan/logical_plan.h"

namespace firesteel {

// The rewrites of the optimizer, one per file; their order is in optimizer.cc. Each takes a whole
// resolved plan, gives an equivalent one with the same output columns, and returns the very same
// pointer when it changes nothing.

/// Takes out `AS name` nodes: names are resolved, only ids count now.
Result<PlanPtr> RemoveAliases(const PlanPtr& plan);
/// Calls of functions in SQL become their bodies, unless these have variables: names and errors of
/// the call do not count any more.
Result<PlanPtr> InlineSqlCalls(const PlanPtr& plan);
/// Rows of a stream that cannot match in a join because of a NULL are left out before it: they
/// would only fill its state. Not for semi joins.
Result<PlanPtr> InferJoinFilters(const PlanPtr& plan);
/// The same for semi joins that users wrote; those made of IN and EXISTS keep such rows, as in
/// Spark, where a reader of files then counts them.
Result<PlanPtr> InferSemiJoinFilters(const PlanPtr& plan);
/// Makes DISTINCT, INTERSECT and EXCEPT aggregations, joins and unions.
Result<PlanPtr> ReplaceSetOperations(const PlanPtr& plan);
/// Makes subqueries joins. Those that give one value whatever the row stay expressions: they run
/// before the query. Errors: UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE.
Result<PlanPtr> RewriteSubqueries(const PlanPtr& plan);
/// Optimizes the plans of the subqueries that stay.
Result<PlanPtr> OptimizeSubqueries(const PlanPtr& plan);
/// Makes BETWEEN two comparisons, which can be pushed to scans one by one.
Result<PlanPtr> ReplaceBetween(const PlanPtr& plan);
/// Computes what depends on no row. What fails stays, so that the error comes at run time and only
/// if the value is needed.
Result<PlanPtr> FoldConstants(const PlanPtr& plan);
/// Shortens AND, OR, NOT and CASE with constants in them.
Result<PlanPtr> SimplifyBooleans(const PlanPtr& plan);
/// Takes out filters that keep everything; what keeps nothing becomes an empty relation.
Result<PlanPtr> PruneFilters(const PlanPtr& plan);
/// Makes one filter of two that follow each other.
Result<PlanPtr> CombineFilters(const PlanPtr& plan);
/// Moves conditions towards the scans, so that fewer rows are worked on.
Result<PlanPtr> PushFilters(const PlanPtr& plan);
/// Moves conditions into the sides of a join, and those of its own that one side can answer.
Result<PlanPtr> PushFiltersThroughJoins(const PlanPtr& plan);
/// Makes one projection of two that follow each other, unless something would be computed twice.
Result<PlanPtr> CombineProjects(const PlanPtr& plan);
/// Takes out projections that change nothing.
Result<PlanPtr> RemoveProjects(const PlanPtr& plan);
/// Makes one union of nested ones.
Result<PlanPtr> CombineUnions(const PlanPtr& plan);
/// Moves limits towards the scans and makes one of two. Those of a stream, which count over all
/// batches, move through projections only.
Result<PlanPtr> PushLimits(const PlanPtr& plan);
/// Leaves out columns that nobody reads, down to the scans.
Result<PlanPtr> PruneColumns(const PlanPtr& plan);
/// Gives scans the conditions right above them as hints; the filters stay.
Result<PlanPtr> PushPredicatesToScans(const PlanPtr& plan);

}  // namespace firesteel
