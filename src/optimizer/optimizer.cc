#include "optimizer/optimizer.h"

#include <utility>

#include "optimizer/rules.h"
#include "tree/rule_executor.h"

namespace firesteel {

namespace {

// More rounds than any plan needs that does not go round in circles.
constexpr int kMaximumRounds = 100;

// In order.
std::vector<RuleBatch<LogicalPlan>> MakeBatches() {
  return {
      {"Aliases", 1, {{"RemoveAliases", RemoveAliases}, {"InlineSqlCalls", InlineSqlCalls}}},
      // Into nodes that everything below knows. Subqueries read columns by their ids in the plan
      // around them, so no column may have been replaced before.
      {"Operators",
       1,
       {{"InferSemiJoinFilters", InferSemiJoinFilters},
        {"ReplaceSetOperations", ReplaceSetOperations},
        {"RewriteSubqueries", RewriteSubqueries}}},
      // Constants first, since conditions that become constant need not be moved.
      {"Rewrites",
       kMaximumRounds,
       {{"FoldConstants", FoldConstants},
        {"SimplifyBooleans", SimplifyBooleans},
        {"ReplaceBetween", ReplaceBetween},
        {"PruneFilters", PruneFilters},
        {"CombineFilters", CombineFilters},
        {"PushFilters", PushFilters},
        {"PushFiltersThroughJoins", PushFiltersThroughJoins},
        {"CombineUnions", CombineUnions},
        {"CombineProjects", CombineProjects},
        {"RemoveProjects", RemoveProjects},
        {"PushLimits", PushLimits}}},
      // Once, since nothing tells these filters from those that were there.
      {"Inference", 1, {{"InferJoinFilters", InferJoinFilters}}},
      {"Inferred filters",
       kMaximumRounds,
       {{"CombineFilters", CombineFilters},
        {"PushFilters", PushFilters},
        {"PushFiltersThroughJoins", PushFiltersThroughJoins}}},
      // Once everything is in its place: which columns are read does not change any more.
      {"Columns", 1, {{"PruneColumns", PruneColumns}}},
      // Pruning leaves projections that select what is there anyway, and that kept unions apart.
      {"Projections",
       kMaximumRounds,
       {{"CombineProjects", CombineProjects},
        {"RemoveProjects", RemoveProjects},
        {"CombineUnions", CombineUnions}}},
      {"Scans", 1, {{"PushPredicatesToScans", PushPredicatesToScans}}},
      {"Subqueries", 1, {{"OptimizeSubqueries", OptimizeSubqueries}}},
  };
}

}  // namespace

Result<PlanPtr> Optimize(const PlanPtr& plan) {
  static const std::vector<RuleBatch<LogicalPlan>> batches = MakeBatches();
  return RunRules(batches, plan);
}

}  // namespace firesteel
