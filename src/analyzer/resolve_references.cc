#include <algorithm>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "analyzer/tagged_columns.h"
#include "functions/registry.h"
#include "plan/identifier.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

// Functions that SQL calls without parentheses, when no column has the name.
constexpr std::string_view kFunctionsWithoutParentheses[] = {
    "current_date", "current_timestamp", "current_time",    "localtimestamp",   "current_user",
    "user",         "session_user",      "current_catalog", "current_database", "current_schema"};

Result<ExpressionPtr> FindColumnOrFunction(const UnresolvedAttribute& name, const NameScope& scope,
                                           const Resolver& resolver) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr found, scope.Find(name.parts()));
  if (found != nullptr || name.parts().size() > 1) return found;
  const std::string function = FoldCase(name.parts()[0]);
  if (std::find(std::begin(kFunctionsWithoutParentheses), std::end(kFunctionsWithoutParentheses),
                function) == std::end(kFunctionsWithoutParentheses) ||
      !FindFunction(function)) {
    return found;
  }
  if (IsCurrentDatabase(function)) return BindCurrentDatabase(resolver);
  return BindCall(function, {}, false, nullptr, resolver.settings());
}

/// Whether an expression is a path into a column: `a.b`, which is called `b` in a list.
bool IsPath(const ExpressionPtr& expression, const UnresolvedAttribute& name) {
  return expression->kind() != ExpressionKind::kAttribute && !expression->children().empty() &&
         name.parts().size() > 1;
}

/// Items of a list that are paths get the name of their last part.
void NamePaths(const std::vector<ExpressionPtr>& before, std::vector<ExpressionPtr>* list) {
  for (size_t i = 0; i < list->size(); ++i) {
    const auto* name = As<UnresolvedAttribute>(before[i]);
    if (name == nullptr || !IsPath((*list)[i], *name)) continue;
    (*list)[i] = std::make_shared<Alias>((*list)[i], name->parts().back());
  }
}

}  // namespace

Result<PlanPtr> ResolveReferences(const PlanPtr& node, Resolver* resolver) {
  std::vector<ExpressionPtr> expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), HasOpenNames)) return node;
  const NameScope scope = NameScope::OfChildren(*node, resolver);
  const auto find = [&](const UnresolvedAttribute& name) {
    if (name.plan_tag()) return FindTagged(name, node->children(), scope);
    return FindColumnOrFunction(name, scope, *resolver);
  };
  bool changed = false;
  for (ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr found, ResolveNames(expression, find));
    changed |= found != expression;
    expression = std::move(found);
  }
  if (!changed) return node;
  const PlanPtr resolved = node->WithNewExpressions(std::move(expressions));
  if (const auto* project = As<Project>(resolved)) {
    std::vector<ExpressionPtr> list = project->list();
    NamePaths(As<Project>(node)->list(), &list);
    return resolved->WithNewExpressions(std::move(list));
  }
  if (const auto* aggregate = As<Aggregate>(resolved)) {
    std::vector<ExpressionPtr> list = aggregate->output_list();
    NamePaths(As<Aggregate>(node)->output_list(), &list);
    return PlanPtr(std::make_shared<Aggregate>(aggregate->grouping(), std::move(list),
                                               aggregate->child()));
  }
  return resolved;
}

}  // namespace firesteel
