#pragma once

#include "analyzer/resolver.h"
#include "plan/logical_plan.h"

namespace firesteel {

// The rules of analysis; their order is in analyzer.cc. Each looks at one node, whose children are
// resolved, and returns the node itself when there is nothing to do. It may return a tree with new
// nodes below: they are resolved before the next rule runs.

/// drop(…) and withColumn(…) become projections; the names of dropDuplicates(…) become keys.
Result<PlanPtr> ExpandColumnChanges(const PlanPtr& node, Resolver* resolver);
/// Data sources become scans, names of tables the plans they stand for.
Result<PlanPtr> ResolveRelations(const PlanPtr& node, Resolver* resolver);
/// `AS t(a, b)` becomes a projection.
Result<PlanPtr> RenameColumns(const PlanPtr& node, Resolver* resolver);
/// The right side of a join gets ids of its own; USING and NATURAL become conditions.
Result<PlanPtr> PrepareJoins(const PlanPtr& node, Resolver* resolver);
/// `*` and `t.*` become lists of columns; count(*) becomes count(1).
Result<PlanPtr> ExpandStars(const PlanPtr& node, Resolver* resolver);
/// HAVING becomes a filter; it and ORDER BY may use aggregates and keys that the list leaves out.
Result<PlanPtr> ResolveAboveAggregates(const PlanPtr& node, Resolver* resolver);
/// Names become columns of the children, or fields of them.
Result<PlanPtr> ResolveReferences(const PlanPtr& node, Resolver* resolver);
/// Queries inside of expressions are resolved, with the columns around them in sight.
Result<PlanPtr> ResolveSubqueries(const PlanPtr& node, Resolver* resolver);
/// Calls are bound to functions, which casts their arguments; casts get the session's settings.
Result<PlanPtr> ResolveFunctions(const PlanPtr& node, Resolver* resolver);
/// Calls of functions whose bodies are SQL become these bodies.
Result<PlanPtr> ExpandSqlFunctions(const PlanPtr& node, Resolver* resolver);
/// withWatermark reads its delay; over a batch query it goes away.
Result<PlanPtr> ResolveWatermarks(const PlanPtr& node, Resolver* resolver);
/// window(), session_window() and window_time() become columns of nodes below.
Result<PlanPtr> ExtractTimeWindows(const PlanPtr& node, Resolver* resolver);
/// `r.id` means the right side's column after JOIN … USING (id), too.
Result<PlanPtr> RevealJoinColumns(const PlanPtr& node, Resolver* resolver);
/// `_metadata`, which tells the file of a row, is given only where a query asks for it.
Result<PlanPtr> RevealFileMetadata(const PlanPtr& node, Resolver* resolver);
/// A filter or sort may use columns that the SELECT list below leaves out.
Result<PlanPtr> ResolveMissingReferences(const PlanPtr& node, Resolver* resolver);
/// Positions, aliases and ALL in GROUP BY become expressions.
Result<PlanPtr> ResolveGrouping(const PlanPtr& node, Resolver* resolver);
/// A SELECT list with aggregate functions is an aggregation of everything.
Result<PlanPtr> MakeGlobalAggregates(const PlanPtr& node, Resolver* resolver);
/// `SELECT a + 1 AS b, b + 1`: an item may use the aliases of those before it.
Result<PlanPtr> ResolveLateralAliases(const PlanPtr& node, Resolver* resolver);
/// Names inside of a subquery may mean columns of the query around it.
Result<PlanPtr> ResolveOuterReferences(const PlanPtr& node, Resolver* resolver);
/// Names of the session's variables become their values.
Result<PlanPtr> ResolveVariables(const PlanPtr& node, Resolver* resolver);
/// `FROM range(10)`, `LATERAL VIEW explode(…)`: calls that give rows become nodes.
Result<PlanPtr> ResolveTableFunctions(const PlanPtr& node, Resolver* resolver);
/// VALUES becomes a relation of its own.
Result<PlanPtr> EvaluateInlineTables(const PlanPtr& node, Resolver* resolver);
/// ROLLUP, CUBE and GROUPING SETS become an expansion below the aggregation.
Result<PlanPtr> ExpandGroupingSets(const PlanPtr& node, Resolver* resolver);
/// Generators move out of SELECT lists into nodes of their own.
Result<PlanPtr> ExtractGenerators(const PlanPtr& node, Resolver* resolver);
/// Window functions get their frames and move out of SELECT lists into nodes of their own.
Result<PlanPtr> ExtractWindows(const PlanPtr& node, Resolver* resolver);
/// QUALIFY becomes a filter over the windows that its condition computes.
Result<PlanPtr> ResolveQualify(const PlanPtr& node, Resolver* resolver);
/// PIVOT becomes an aggregation, UNPIVOT an expansion.
Result<PlanPtr> ExpandPivots(const PlanPtr& node, Resolver* resolver);
/// LATERAL joins that need no join become generators and projections.
Result<PlanPtr> JoinLaterals(const PlanPtr& node, Resolver* resolver);
/// Everything in a list gets a name: what Spark calls the column.
Result<PlanPtr> NameColumns(const PlanPtr& node, Resolver* resolver);
/// Positions and ALL in ORDER BY become columns.
Result<PlanPtr> ResolveOrdinals(const PlanPtr& node, Resolver* resolver);
/// LIMIT and OFFSET are computed.
Result<PlanPtr> ResolveLimits(const PlanPtr& node, Resolver* resolver);
/// The inputs of UNION, INTERSECT and EXCEPT get one number, order and type of columns.
Result<PlanPtr> AlignSetOperations(const PlanPtr& node, Resolver* resolver);

/// Says what can be seen to be wrong before the children are resolved.
Status CheckBeforeChildren(const PlanPtr& node);
/// Says what is wrong with a node on which no rule has anything to do any more.
Status CheckNode(const PlanPtr& node);

}  // namespace firesteel
