#include "analyzer/analyzer.h"

#include <algorithm>
#include <utility>

#include "analyzer/check_metrics.h"
#include "analyzer/fresh_ids.h"
#include "analyzer/resolve_recursion.h"
#include "analyzer/resolver.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/identifier.h"
#include "plan/tagged_plan.h"

namespace firesteel {

namespace {

// Rounds on one node. Each round settles at least one of: stars, names, calls, placement, naming.
constexpr int kMaximumRounds = 50;

constexpr int kMaximumFunctionBodies = 10'000;
constexpr size_t kMaximumFunctionDepth = 50;

struct NodeRule {
  std::string_view name;
  Result<PlanPtr> (*apply)(const PlanPtr& node, Resolver* resolver);
};

// In order; the list runs until none of them changes the node.
constexpr NodeRule kRules[] = {
    // First what replaces nodes, so that later rules see their final kinds.
    {"ExpandColumnChanges", ExpandColumnChanges},
    {"ResolveRelations", ResolveRelations},
    {"RenameColumns", RenameColumns},
    // Joins before names: a self join needs ids that tell its sides apart.
    {"PrepareJoins", PrepareJoins},
    // Then expressions from the leaves up: stars give names, names types, types choose functions.
    {"ExpandStars", ExpandStars},
    // Sorts and HAVING see more than the output of the aggregation below them.
    {"ResolveAboveAggregates", ResolveAboveAggregates},
    {"ResolveReferences", ResolveReferences},
    {"ResolveSubqueries", ResolveSubqueries},
    {"ResolveFunctions", ResolveFunctions},
    {"ExpandSqlFunctions", ExpandSqlFunctions},
    {"ResolveWatermarks", ResolveWatermarks},
    // Before other names are looked for: `window` is the column that this makes.
    {"ExtractTimeWindows", ExtractTimeWindows},
    // Names that are still open may come from further below.
    {"RevealJoinColumns", RevealJoinColumns},
    {"RevealFileMetadata", RevealFileMetadata},
    {"ResolveMissingReferences", ResolveMissingReferences},
    {"ResolveGrouping", ResolveGrouping},
    // Then what needs to know which functions aggregate or generate.
    {"MakeGlobalAggregates", MakeGlobalAggregates},
    {"ResolveLateralAliases", ResolveLateralAliases},
    // Last of all places to look for a name: the query around a subquery, the session.
    {"ResolveOuterReferences", ResolveOuterReferences},
    {"ResolveVariables", ResolveVariables},
    {"ResolveTableFunctions", ResolveTableFunctions},
    {"EvaluateInlineTables", EvaluateInlineTables},
    {"ExpandGroupingSets", ExpandGroupingSets},
    {"ExtractGenerators", ExtractGenerators},
    {"ExpandPivots", ExpandPivots},
    {"JoinLaterals", JoinLaterals},
    // Names for what is resolved but unnamed, last since generators name their own columns.
    {"NameColumns", NameColumns},
    // Windows take the names of their columns along, and stand above the aggregation they read.
    {"ExtractWindows", ExtractWindows},
    {"ResolveQualify", ResolveQualify},
    {"ResolveOrdinals", ResolveOrdinals},
    {"ResolveLimits", ResolveLimits},
    {"AlignSetOperations", AlignSetOperations},
};

/// Puts back what it found when it ends.
template <typename T>
class Restored {
 public:
  Restored(T* place, T now) : place_(place), before_(std::exchange(*place, std::move(now))) {}
  ~Restored() { *place_ = std::move(before_); }
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;

 private:
  T* place_;
  T before_;
};

}  // namespace

Resolver::Resolver(const AnalysisContext& context) : context_(context) {
  RuleBatch<LogicalPlan> batch{"Resolution", kMaximumRounds, {}};
  for (const NodeRule& rule : kRules) {
    batch.rules.push_back({rule.name, [this, &rule](const PlanPtr& node) -> Result<PlanPtr> {
                             ARROW_ASSIGN_OR_RAISE(PlanPtr next, rule.apply(node, this));
                             return next == node ? node : ResolveChildren(next);
                           }});
  }
  batches_.push_back(std::move(batch));
}

Result<PlanPtr> Resolver::ResolveChildren(const PlanPtr& plan) {
  return MapChildren<LogicalPlan>(plan, [this](const PlanPtr& child) { return Resolve(child); });
}

Result<PlanPtr> Resolver::ResolveBelow(const PlanPtr& plan) {
  ARROW_RETURN_NOT_OK(CheckBeforeChildren(plan));
  const auto* join = As<Join>(plan);
  if (join == nullptr || !join->lateral()) return ResolveChildren(plan);
  ARROW_ASSIGN_OR_RAISE(PlanPtr left, Resolve(join->left()));
  ARROW_ASSIGN_OR_RAISE(PlanPtr right, ResolveInside(join->right(), left->output()));
  ARROW_ASSIGN_OR_RAISE(right, WithFreshIds(right));
  return plan->WithNewChildren({std::move(left), std::move(right)});
}

Result<PlanPtr> Resolver::Resolve(const PlanPtr& plan) {
  if (plan->analyzed()) return plan;
  if (const auto found = done_.find(plan); found != done_.end()) return found->second;
  if (const auto* with = As<With>(plan)) return ResolveWith(*with);
  ARROW_ASSIGN_OR_RAISE(PlanPtr node, ResolveBelow(plan));
  ARROW_ASSIGN_OR_RAISE(node, RunRules(batches_, std::move(node)));
  if (!node->analyzed()) {
    ARROW_RETURN_NOT_OK(CheckNode(node));
    node->MarkAnalyzed();
  }
  done_.emplace(plan, node);
  return node;
}

Result<PlanPtr> Resolver::ResolveWith(const With& with) {
  const size_t depth = common_tables_.size();
  Result<PlanPtr> resolved = DefineAndResolve(with);
  common_tables_.resize(depth);
  return resolved;
}

Result<PlanPtr> Resolver::DefineAndResolve(const With& with) {
  const size_t depth = common_tables_.size();
  for (const With::Definition& definition : with.definitions()) {
    std::string key = case_sensitive() ? definition.name : FoldCase(definition.name);
    for (size_t i = depth; i < common_tables_.size(); ++i) {
      if (common_tables_[i].first != key) continue;
      return MakeError("DUPLICATED_CTE_NAMES",
                       {{"duplicateNames", QuoteIdentifier(definition.name)}});
    }
    const bool recurses = definition.recursive &&
                          ReadsTable(definition.query, definition.name, case_sensitive());
    ARROW_ASSIGN_OR_RAISE(PlanPtr query, recurses ? ResolveRecursive(definition, key)
                                                  : Resolve(definition.query));
    common_tables_.emplace_back(std::move(key), std::move(query));
  }
  return Resolve(with.child());
}

PlanPtr Resolver::FindCommonTable(const std::string& name) const {
  const std::string key = case_sensitive() ? name : FoldCase(name);
  for (size_t i = common_tables_.size(); i-- > 0;) {
    if (common_tables_[i].first == key) return common_tables_[i].second;
  }
  return nullptr;
}

Result<PlanPtr> Resolver::ResolveInside(const PlanPtr& plan, std::vector<AttributePtr> outer) {
  // What was resolved in other surroundings may mean something else here.
  const Restored columns(&outer_columns_, std::move(outer));
  const Restored done(&done_, {});
  return Resolve(plan);
}

Result<PlanPtr> Resolver::ResolveView(const std::vector<std::string>& name) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, context_.catalog->Lookup(name));
  const std::string view = QuoteIdentifier(name);
  const std::string key = FoldCase(view);
  if (std::find(open_views_.begin(), open_views_.end(), key) != open_views_.end()) {
    std::string path;
    for (const std::string& open : open_views_) path += open + " -> ";
    return MakeError("RECURSIVE_VIEW", {{"viewIdent", view}, {"newPath", path + key}});
  }
  // A view means the same wherever it is used.
  const Restored columns(&outer_columns_, {});
  const Restored tables(&common_tables_, {});
  open_views_.push_back(key);
  Result<PlanPtr> resolved = Resolve(plan);
  open_views_.pop_back();
  return resolved;
}

Result<PlanPtr> Resolver::ResolveFunctionBody(const std::string& name, const PlanPtr& plan,
                                              std::vector<AttributePtr> outer) {
  const std::string key = FoldCase(name);
  if (std::find(open_functions_.begin(), open_functions_.end(), key) != open_functions_.end()) {
    std::string path;
    for (const std::string& open : open_functions_) path += open + " -> ";
    return MakeError("CYCLIC_FUNCTION_REFERENCE", {{"path", path + key}});
  }
  // Functions that call others twice each make exponentially many calls.
  if (++resolved_bodies_ > kMaximumFunctionBodies ||
      open_functions_.size() >= kMaximumFunctionDepth) {
    return MakeError("FAILED_TO_PARSE_TOO_COMPLEX");
  }
  const Restored columns(&outer_columns_, std::move(outer));
  const Restored tables(&common_tables_, {});
  const Restored done(&done_, {});
  open_functions_.push_back(key);
  Result<PlanPtr> resolved = Resolve(plan);
  open_functions_.pop_back();
  return resolved;
}

Result<PlanPtr> Analyze(const PlanPtr& plan, const AnalysisContext& context) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr resolved, Resolver(context).Resolve(plan));
  ARROW_RETURN_NOT_OK(CheckMetricNames(resolved));
  return WithoutTags(resolved);
}

}  // namespace firesteel
