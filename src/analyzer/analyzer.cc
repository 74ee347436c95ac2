#include "analyzer/analyzer.h"

#include <algorithm>
#include <utility>

#include "analyzer/resolver.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

// Rounds on one node. Each round settles at least one of: stars, names, calls, placement, naming.
constexpr int kMaximumRounds = 50;

struct NodeRule {
  std::string_view name;
  Result<PlanPtr> (*apply)(const PlanPtr& node, Resolver* resolver);
};

// In order; the list runs until none of them changes the node.
constexpr NodeRule kRules[] = {
    // First what replaces nodes, so that later rules see their final kinds.
    {"ExpandColumnChanges", ExpandColumnChanges},
    {"ResolveRelations", ResolveRelations},
    // Then expressions from the leaves up: stars give names, names types, types choose functions.
    {"ExpandStars", ExpandStars},
    {"ResolveReferences", ResolveReferences},
    {"ResolveFunctions", ResolveFunctions},
    // Names that are still open may come from further below.
    {"ResolveMissingReferences", ResolveMissingReferences},
    // Then what needs to know which functions aggregate or generate.
    {"MakeGlobalAggregates", MakeGlobalAggregates},
    {"ExtractGenerators", ExtractGenerators},
    // Names for what is resolved but unnamed, last since generators name their own columns.
    {"NameColumns", NameColumns},
    {"AlignUnions", AlignUnions},
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

Result<PlanPtr> Resolver::Resolve(const PlanPtr& plan) {
  if (plan->analyzed()) return plan;
  if (const auto found = done_.find(plan); found != done_.end()) return found->second;
  ARROW_ASSIGN_OR_RAISE(PlanPtr node, ResolveChildren(plan));
  ARROW_ASSIGN_OR_RAISE(node, RunRules(batches_, std::move(node)));
  ARROW_RETURN_NOT_OK(CheckNode(node));
  node->MarkAnalyzed();
  done_.emplace(plan, node);
  return node;
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
  open_views_.push_back(key);
  Result<PlanPtr> resolved = Resolve(plan);
  open_views_.pop_back();
  return resolved;
}

Result<PlanPtr> Analyze(const PlanPtr& plan, const AnalysisContext& context) {
  return Resolver(context).Resolve(plan);
}

}  // namespace firesteel
