#include "analyzer/tagged_columns.h"

#include <utility>

#include "common/error.h"
#include "plan/tagged_plan.h"

namespace firesteel {

namespace {

struct Occurrence {
  PlanPtr plan;
  int depth;  ///< nodes above it, tags aside
};

void CollectTagged(const PlanPtr& plan, int64_t tag, int depth, std::vector<Occurrence>* found) {
  const auto* tagged = As<TaggedPlan>(plan);
  if (tagged != nullptr && tagged->tag() == tag) {
    found->push_back({tagged->child(), depth});
    return;
  }
  const int below = tagged != nullptr ? depth : depth + 1;
  for (const PlanPtr& child : plan->children()) CollectTagged(child, tag, below, found);
}

/// The column below a path into it.
const Expression* RootColumn(const ExpressionPtr& expression) {
  const Expression* at = expression.get();
  while (at->kind() != ExpressionKind::kAttribute) {
    if (at->children().empty()) return nullptr;
    at = at->child(0).get();
  }
  return at;
}

/// The expression on the column as it reaches the node (a join may have made it nullable); nullptr
/// when it does not.
Result<ExpressionPtr> InScope(const ExpressionPtr& expression, const NameScope& scope) {
  const Expression* root = RootColumn(expression);
  if (root == nullptr) return ExpressionPtr();
  for (const AttributePtr& column : scope.columns()) {
    if (column->id() != static_cast<const Attribute*>(root)->id()) continue;
    return TransformUp<Expression>(expression,
                                   [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
                                     if (e.get() != root) return ExpressionPtr();
                                     return ExpressionPtr(column);
                                   });
  }
  return ExpressionPtr();
}

}  // namespace

Result<ExpressionPtr> FindTagged(const UnresolvedAttribute& name,
                                 const std::vector<PlanPtr>& children, const NameScope& scope) {
  std::vector<Occurrence> occurrences;
  for (const PlanPtr& child : children) CollectTagged(child, *name.plan_tag(), 0, &occurrences);
  ExpressionPtr found;
  int found_depth = 0;
  bool ambiguous = false;
  for (const Occurrence& occurrence : occurrences) {
    const std::vector<AttributePtr> columns = occurrence.plan->output();
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr column,
                          NameScope(columns, &scope.resolver()).Find(name.parts()));
    if (column == nullptr) return UnresolvedColumnError(name, columns);
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr here, InScope(column, scope));
    if (here == nullptr || (found != nullptr && found->Equals(*here))) continue;
    // Joined with what was derived from it, a plan means itself: the one that is less deep.
    if (found != nullptr && occurrence.depth > found_depth) continue;
    ambiguous = found != nullptr && occurrence.depth == found_depth;
    found = std::move(here);
    found_depth = occurrence.depth;
  }
  if (ambiguous) return MakeError("AMBIGUOUS_COLUMN_REFERENCE", {{"name", name.Sql()}});
  return found;
}

}  // namespace firesteel
