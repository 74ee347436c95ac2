#include "analyzer/tagged_columns.h"

#include <utility>

#include "common/error.h"
#include "plan/tagged_plan.h"

namespace firesteel {

namespace {

void CollectTagged(const PlanPtr& plan, int64_t tag, std::vector<PlanPtr>* found) {
  const auto* tagged = As<TaggedPlan>(plan);
  if (tagged != nullptr && tagged->tag() == tag) {
    found->push_back(tagged->child());
    return;
  }
  for (const PlanPtr& child : plan->children()) CollectTagged(child, tag, found);
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
  std::vector<PlanPtr> plans;
  for (const PlanPtr& child : children) CollectTagged(child, *name.plan_tag(), &plans);
  ExpressionPtr found;
  for (const PlanPtr& plan : plans) {
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr column,
                          NameScope(plan->output(), &scope.resolver()).Find(name.parts()));
    if (column == nullptr) return UnresolvedColumnError(name, plan->output());
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr here, InScope(column, scope));
    if (here == nullptr) continue;
    if (found != nullptr && !found->Equals(*here)) {
      return MakeError("AMBIGUOUS_COLUMN_REFERENCE", {{"name", name.Sql()}});
    }
    found = std::move(here);
  }
  return found;
}

}  // namespace firesteel
