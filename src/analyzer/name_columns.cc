#include <algorithm>
#include <utility>

#include "analyzer/rules.h"
#include "expr/generator.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

/// What Spark calls an unnamed column: a cast has the name of the column it casts.
std::string NameOf(const Expression& expression) {
  const Expression* inner = &expression;
  while (const auto* cast = As<Cast>(*inner)) inner = cast->child(0).get();
  if (inner != &expression && IsNamed(*inner)) {
    if (const auto* attribute = As<Attribute>(*inner)) return attribute->name();
    return As<Alias>(*inner)->name();
  }
  return expression.Sql();
}

/// Takes away aliases below the top: only names of whole columns mean anything.
Result<ExpressionPtr> TrimAliases(const ExpressionPtr& expression) {
  return TransformUp<Expression>(expression, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    return As<Alias>(e) ? e->child(0) : ExpressionPtr();
  });
}

Result<ExpressionPtr> NameItem(const ExpressionPtr& item) {
  if (!item->resolved() || item->kind() == ExpressionKind::kGenerator) return item;
  if (item->kind() == ExpressionKind::kAttribute) return item;
  if (item->kind() != ExpressionKind::kAlias) {
    std::string name = NameOf(*item);
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr trimmed, TrimAliases(item));
    return ExpressionPtr(std::make_shared<Alias>(std::move(trimmed), std::move(name)));
  }
  // Metadata passes from column to column only, so a chain of aliases loses none.
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr trimmed, TrimAliases(item->child(0)));
  if (trimmed == item->child(0)) return item;
  return item->WithNewChildren({std::move(trimmed)});
}

/// Whether any item changed.
Result<bool> NameItems(std::vector<ExpressionPtr>* list) {
  bool changed = false;
  for (ExpressionPtr& item : *list) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr named, NameItem(item));
    changed |= named != item;
    item = std::move(named);
  }
  return changed;
}

}  // namespace

Result<PlanPtr> NameColumns(const PlanPtr& node, Resolver*) {
  // Analysis itself names the columns of windows.
  if (node->kind() == PlanKind::kWindow) return node;
  if (const auto* project = As<Project>(node)) {
    std::vector<ExpressionPtr> list = project->list();
    ARROW_ASSIGN_OR_RAISE(bool changed, NameItems(&list));
    if (!changed) return node;
    return PlanPtr(std::make_shared<Project>(std::move(list), project->child()));
  }
  if (const auto* aggregate = As<Aggregate>(node)) {
    std::vector<ExpressionPtr> grouping = aggregate->grouping();
    bool trimmed = false;
    for (ExpressionPtr& expression : grouping) {
      if (!expression->resolved()) continue;
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr plain, TrimAliases(expression));
      trimmed |= plain != expression;
      expression = std::move(plain);
    }
    std::vector<ExpressionPtr> list = aggregate->output_list();
    ARROW_ASSIGN_OR_RAISE(bool changed, NameItems(&list));
    if (!changed && !trimmed) return node;
    return PlanPtr(std::make_shared<Aggregate>(std::move(grouping), std::move(list),
                                               aggregate->child()));
  }
  if (node->kind() == PlanKind::kCollectMetrics) {
    std::vector<ExpressionPtr> metrics = node->expressions();
    ARROW_ASSIGN_OR_RAISE(bool changed, NameItems(&metrics));
    // Named like the others, to be refused for what they are.
    for (ExpressionPtr& metric : metrics) {
      if (!metric->resolved() || metric->kind() != ExpressionKind::kGenerator) continue;
      metric = std::make_shared<Alias>(metric, metric->Sql());
      changed = true;
    }
    return changed ? node->WithNewExpressions(std::move(metrics)) : node;
  }
  const std::vector<ExpressionPtr> expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), [](const ExpressionPtr& expression) {
        return expression->resolved() && Exists<Expression>(expression, [](const Expression& e) {
                 return e.kind() == ExpressionKind::kAlias;
               });
      })) {
    return node;
  }
  return TransformExpressions(node, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    return As<Alias>(e) && e->resolved() ? e->child(0) : ExpressionPtr();
  });
}

}  // namespace firesteel
