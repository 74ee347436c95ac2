#include <algorithm>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

/// Marks the columns in what a name was found to mean.
Result<ExpressionPtr> MarkOuter(const ExpressionPtr& found) {
  return TransformUp<Expression>(found, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    if (e->kind() != ExpressionKind::kAttribute) return ExpressionPtr();
    return ExpressionPtr(
        std::make_shared<OuterReference>(std::static_pointer_cast<const Attribute>(e)));
  });
}

}  // namespace

Result<PlanPtr> ResolveOuterReferences(const PlanPtr& node, Resolver* resolver) {
  if (resolver->outer_columns().empty()) return node;
  std::vector<ExpressionPtr> expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), HasOpenNames)) return node;
  const NameScope scope(resolver->outer_columns(), resolver);
  const auto find = [&](const UnresolvedAttribute& name) -> Result<ExpressionPtr> {
    if (HasAliasOf(*node, name, *resolver)) return ExpressionPtr();
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr found, scope.Find(name.parts()));
    return found == nullptr ? found : MarkOuter(found);
  };
  bool changed = false;
  for (ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr resolved, ResolveNames(expression, find));
    changed |= resolved != expression;
    expression = std::move(resolved);
  }
  return changed ? node->WithNewExpressions(std::move(expressions)) : node;
}

}  // namespace firesteel
