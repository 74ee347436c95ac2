#include <algorithm>
#include <optional>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/rules.h"
#include "analyzer/tagged_columns.h"
#include "plan/attribute_set.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

bool AnyHasOpenNames(const std::vector<ExpressionPtr>& expressions) {
  return std::any_of(expressions.begin(), expressions.end(), [](const ExpressionPtr& expression) {
    return Exists<Expression>(expression, [](const Expression& e) {
      return e.kind() == ExpressionKind::kUnresolvedAttribute;
    });
  });
}

/// Expressions and the plan that gives all columns they read.
struct Extended {
  std::vector<ExpressionPtr> expressions;
  PlanPtr plan;
};

Result<std::vector<ExpressionPtr>> FindNames(std::vector<ExpressionPtr> expressions,
                                             std::vector<AttributePtr> columns, const PlanPtr& plan,
                                             const Resolver& resolver) {
  const NameScope scope(std::move(columns), &resolver);
  for (ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(
        expression, TransformUp<Expression>(
                        expression, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
                          const auto* name = As<UnresolvedAttribute>(e);
                          if (name == nullptr) return ExpressionPtr();
                          if (name->plan_tag()) return FindTagged(*name, {plan}, scope);
                          return scope.Find(name->parts());
                        }));
  }
  return expressions;
}

/// Looks for the open names among the keys of an aggregation, which gives those that are found.
Result<std::optional<Extended>> ExtendByGroups(const std::vector<ExpressionPtr>& expressions,
                                               const Aggregate& aggregate,
                                               const Resolver& resolver) {
  std::vector<AttributePtr> keys;
  for (const ExpressionPtr& key : aggregate.grouping()) {
    if (!IsNamed(*key)) continue;
    keys.push_back(ToAttribute(key));
  }
  ARROW_ASSIGN_OR_RAISE(
      std::vector<ExpressionPtr> found,
      FindNames(expressions, keys, aggregate.child(), resolver));
  if (AnyHasOpenNames(found)) return std::optional<Extended>();
  AttributeSet given(aggregate.output());
  std::vector<ExpressionPtr> list = aggregate.output_list();
  for (const AttributePtr& key : keys) {
    if (!given.Contains(key->id())) list.push_back(key);
  }
  return Extended{std::move(found), std::make_shared<Aggregate>(
                                        aggregate.grouping(), std::move(list), aggregate.child())};
}

/// Looks for the open names in `plan` and then below it, and passes the columns found there up.
/// Nothing when some name is nowhere: a view's alias or an aggregation hides what is below.
Result<std::optional<Extended>> Extend(const std::vector<ExpressionPtr>& expressions,
                                       const PlanPtr& plan, const Resolver& resolver) {
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> found,
                        FindNames(expressions, plan->output(), plan, resolver));
  if (!AnyHasOpenNames(found)) return Extended{std::move(found), plan};
  const PlanKind kind = plan->kind();
  if (kind != PlanKind::kProject && kind != PlanKind::kFilter && kind != PlanKind::kSort &&
      kind != PlanKind::kLimit && kind != PlanKind::kGenerate && kind != PlanKind::kWindow &&
      kind != PlanKind::kTaggedPlan) {
    return kind == PlanKind::kAggregate ? ExtendByGroups(found, *As<Aggregate>(plan), resolver)
                                        : Result<std::optional<Extended>>(std::nullopt);
  }
  ARROW_ASSIGN_OR_RAISE(std::optional<Extended> below, Extend(found, plan->child(), resolver));
  if (!below) return std::optional<Extended>();
  if (const auto* project = As<Project>(plan)) {
    AttributeSet given(project->output());
    std::vector<ExpressionPtr> list = project->list();
    const std::vector<AttributePtr> available = below->plan->output();
    for (const ExpressionPtr& expression : below->expressions) {
      const AttributeSet references = AttributeSet::References(expression);
      for (const AttributePtr& column : available) {
        if (!references.Contains(column->id()) || given.Contains(column->id())) continue;
        given.Add(column->id());
        list.push_back(column);
      }
    }
    return Extended{below->expressions,
                    std::make_shared<Project>(std::move(list), std::move(below->plan))};
  }
  return Extended{below->expressions, plan->WithNewChildren({below->plan})};
}

}  // namespace

Result<PlanPtr> ResolveMissingReferences(const PlanPtr& node, Resolver* resolver) {
  if (node->kind() != PlanKind::kFilter && node->kind() != PlanKind::kSort &&
      node->kind() != PlanKind::kQualify) {
    return node;
  }
  const std::vector<ExpressionPtr> expressions = node->expressions();
  if (!AnyHasOpenNames(expressions)) return node;
  ARROW_ASSIGN_OR_RAISE(std::optional<Extended> extended,
                        Extend(expressions, node->child(), *resolver));
  if (!extended) return node;
  PlanPtr changed =
      node->WithNewExpressions(extended->expressions)->WithNewChildren({extended->plan});
  // The columns that were only needed here do not show.
  std::vector<ExpressionPtr> visible;
  for (const AttributePtr& column : node->child()->output()) visible.push_back(column);
  return PlanPtr(std::make_shared<Project>(std::move(visible), std::move(changed)));
}

}  // namespace firesteel
