#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analyzer/analyzer.h"
#include "plan/joins.h"
#include "plan/queries.h"
#include "tree/rule_executor.h"

namespace firesteel {

/// One analysis: walks a plan from its leaves to its root, runs the rules on each node until it
/// settles, and checks it. A plan of any depth takes one pass. Not thread-safe.
///
/// A node that occurs twice in a plan (`df.union(df)`) is resolved once, so that both occurrences
/// read one Table: a stream is one source however often it is used.
class Resolver {
 public:
  explicit Resolver(const AnalysisContext& context);

  const AnalysisContext& context() const { return context_; }
  const FunctionSettings& settings() const { return context_.settings; }
  bool case_sensitive() const { return context_.case_sensitive; }

  Result<PlanPtr> Resolve(const PlanPtr& plan);
  /// Resolves the plan that `name` stands for. Errors: TABLE_OR_VIEW_NOT_FOUND, RECURSIVE_VIEW.
  Result<PlanPtr> ResolveView(const std::vector<std::string>& name);
  /// Resolves the body of a function of the session, which may read `outer` and nothing else of
  /// what is around its call. Errors: CYCLIC_FUNCTION_REFERENCE, FAILED_TO_PARSE_TOO_COMPLEX for more
  /// calls than any query needs.
  Result<PlanPtr> ResolveFunctionBody(const std::string& name, const PlanPtr& plan,
                                      std::vector<AttributePtr> outer);
  /// Resolves a query that may read `outer`, the columns of the query around it; where it does it
  /// holds OuterReferences.
  Result<PlanPtr> ResolveInside(const PlanPtr& plan, std::vector<AttributePtr> outer);

  /// The columns of the query around the one being resolved; none outside of subqueries.
  const std::vector<AttributePtr>& outer_columns() const { return outer_columns_; }
  /// Whether the plan of a subquery has been through ResolveQueries. Being analyzed is not enough:
  /// a DataFrame may be used as a subquery.
  bool IsReadySubquery(const PlanPtr& plan) const { return ready_subqueries_.count(plan) > 0; }
  void AddReadySubquery(PlanPtr plan) { ready_subqueries_.insert(std::move(plan)); }

  /// The resolved query that a WITH around this place gives the name; may be nullptr.
  PlanPtr FindCommonTable(const std::string& name) const;

 private:
  Result<PlanPtr> ResolveChildren(const PlanPtr& plan);
  /// Resolves the children in the order and the surroundings that the node asks for.
  Result<PlanPtr> ResolveBelow(const PlanPtr& plan);
  Result<PlanPtr> ResolveWith(const With& with);
  Result<PlanPtr> DefineAndResolve(const With& with);
  /// Resolves a query that reads itself under the name `key`.
  Result<PlanPtr> ResolveRecursive(const With::Definition& definition, std::string key);

  const AnalysisContext& context_;
  std::vector<RuleBatch<LogicalPlan>> batches_;
  std::unordered_map<PlanPtr, PlanPtr> done_;  // by the plan as it came; keeps it alive
  std::vector<std::string> open_views_;        // from the outermost to the one being resolved
  std::vector<std::string> open_functions_;    // the same
  int resolved_bodies_ = 0;
  std::unordered_set<PlanPtr> ready_subqueries_;
  std::vector<AttributePtr> outer_columns_;
  std::vector<std::pair<std::string, PlanPtr>> common_tables_;  // innermost last
};

}  // namespace firesteel
