#pragma once

#include "analyzer/resolver.h"
#include "plan/logical_plan.h"

namespace firesteel {

// The rules of analysis; their order is in analyzer.cc. Each looks at one node, whose children are
// resolved, and returns the node itself when there is nothing to do. It may return a tree with new
// nodes below: they are resolved before the next rule runs.

/// drop(…) and withColumn(…) become projections.
Result<PlanPtr> ExpandColumnChanges(const PlanPtr& node, Resolver* resolver);
/// Data sources become scans, names of tables the plans they stand for.
Result<PlanPtr> ResolveRelations(const PlanPtr& node, Resolver* resolver);
/// `*` and `t.*` become lists of columns; count(*) becomes count(1).
Result<PlanPtr> ExpandStars(const PlanPtr& node, Resolver* resolver);
/// Names become columns of the children, or fields of them.
Result<PlanPtr> ResolveReferences(const PlanPtr& node, Resolver* resolver);
/// Calls are bound to functions, which casts their arguments; casts get the session's settings.
Result<PlanPtr> ResolveFunctions(const PlanPtr& node, Resolver* resolver);
/// A filter or sort may use columns that the SELECT list below leaves out.
Result<PlanPtr> ResolveMissingReferences(const PlanPtr& node, Resolver* resolver);
/// A SELECT list with aggregate functions is an aggregation of everything.
Result<PlanPtr> MakeGlobalAggregates(const PlanPtr& node, Resolver* resolver);
/// Generators move out of SELECT lists into nodes of their own.
Result<PlanPtr> ExtractGenerators(const PlanPtr& node, Resolver* resolver);
/// Everything in a list gets a name: what Spark calls the column.
Result<PlanPtr> NameColumns(const PlanPtr& node, Resolver* resolver);
/// The inputs of a union get one number, order and type of columns.
Result<PlanPtr> AlignUnions(const PlanPtr& node, Resolver* resolver);

/// Says what is wrong with a node on which no rule has anything to do any more.
Status CheckNode(const PlanPtr& node);

}  // namespace firesteel
