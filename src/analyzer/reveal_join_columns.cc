#include "analyzer/reveal_join_columns.h"

#include <algorithm>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "analyzer/tagged_columns.h"
#include "plan/attribute_set.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

bool PassesColumns(const LogicalPlan& plan) {
  return plan.kind() == PlanKind::kFilter || plan.kind() == PlanKind::kSort ||
         plan.kind() == PlanKind::kLimit || plan.kind() == PlanKind::kOffset ||
         plan.kind() == PlanKind::kTaggedPlan;
}

bool JoinsOutput(const Join& join) {
  return join.type() != JoinType::kLeftSemi && join.type() != JoinType::kLeftAnti;
}

/// Gives the plan the columns of `wanted` that it hides, besides its output.
PlanPtr Reveal(const PlanPtr& plan, const AttributeSet& wanted) {
  const std::vector<AttributePtr> hidden = HiddenColumns(plan);
  if (std::none_of(hidden.begin(), hidden.end(), [&wanted](const AttributePtr& column) {
        return wanted.Contains(column->id());
      })) {
    return plan;
  }
  std::vector<PlanPtr> children;
  for (const PlanPtr& child : plan->children()) children.push_back(Reveal(child, wanted));
  PlanPtr changed = plan->WithNewChildren(children);
  const auto* project = As<Project>(changed);
  if (project == nullptr) return changed;
  std::vector<ExpressionPtr> list = project->list();
  AttributeSet given(project->output());
  for (const AttributePtr& column : children[0]->output()) {
    if (!wanted.Contains(column->id()) || given.Contains(column->id())) continue;
    given.Add(column->id());
    list.push_back(column);
  }
  return std::make_shared<Project>(std::move(list), children[0], true);
}

}  // namespace

std::vector<AttributePtr> HiddenColumns(const PlanPtr& plan) {
  if (PassesColumns(*plan)) return HiddenColumns(plan->child());
  std::vector<AttributePtr> hidden;
  if (const auto* join = As<Join>(plan)) {
    hidden = HiddenColumns(join->left());
    if (!JoinsOutput(*join)) return hidden;
    const std::vector<AttributePtr> right = HiddenColumns(join->right());
    hidden.insert(hidden.end(), right.begin(), right.end());
    return hidden;
  }
  const auto* project = As<Project>(plan);
  if (project == nullptr || !project->hides_join_columns()) return hidden;
  const AttributeSet given(project->output());
  for (const AttributePtr& column : project->child()->output()) {
    if (!given.Contains(column->id())) hidden.push_back(column);
  }
  const std::vector<AttributePtr> below = HiddenColumns(project->child());
  hidden.insert(hidden.end(), below.begin(), below.end());
  return hidden;
}

Result<PlanPtr> RevealColumns(const PlanPtr& node, const AttributeSet& wanted) {
  std::vector<PlanPtr> children;
  std::vector<ExpressionPtr> visible;
  for (const PlanPtr& child : node->children()) children.push_back(Reveal(child, wanted));
  PlanPtr changed = node->WithNewChildren(std::move(children));
  if (node->kind() == PlanKind::kProject || node->kind() == PlanKind::kAggregate) return changed;
  if (!PassesColumns(*node) && node->kind() != PlanKind::kJoin) return changed;
  // What was only needed here stays hidden.
  for (const AttributePtr& column : node->output()) visible.push_back(column);
  return PlanPtr(std::make_shared<Project>(std::move(visible), std::move(changed), true));
}

Result<PlanPtr> RevealJoinColumns(const PlanPtr& node, Resolver* resolver) {
  const std::vector<ExpressionPtr> expressions = node->expressions();
  if (node->kind() == PlanKind::kLateralView ||
      std::none_of(expressions.begin(), expressions.end(), HasOpenNames)) {
    return node;
  }
  std::vector<AttributePtr> hidden;
  for (const PlanPtr& child : node->children()) {
    const std::vector<AttributePtr> columns = HiddenColumns(child);
    hidden.insert(hidden.end(), columns.begin(), columns.end());
  }
  if (hidden.empty()) return node;
  const NameScope scope(std::move(hidden), resolver);
  AttributeSet wanted;
  std::vector<ExpressionPtr> changed;
  for (const ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(
        ExpressionPtr resolved,
        ResolveNames(expression, [&](const UnresolvedAttribute& name) -> Result<ExpressionPtr> {
          if (name.parts().size() < 2 && !name.plan_tag()) return ExpressionPtr();
          ARROW_ASSIGN_OR_RAISE(ExpressionPtr found,
                                name.plan_tag() ? FindTagged(name, node->children(), scope)
                                                : scope.Find(name.parts()));
          if (found != nullptr) wanted.AddReferences(found);
          return found;
        }));
    changed.push_back(std::move(resolved));
  }
  if (wanted.empty()) return node;
  return RevealColumns(node->WithNewExpressions(std::move(changed)), wanted);
}

}  // namespace firesteel
