#include <algorithm>
#include <utility>

#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "expr/user_call.h"
#include "functions/registry.h"
#include "plan/attribute_set.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

bool HasOuter(const ExpressionPtr& expression) {
  return HasKind(expression, ExpressionKind::kOuterReference);
}

bool ReadsOuter(const PlanPtr& plan) {
  const std::vector<ExpressionPtr> expressions = plan->expressions();
  return std::any_of(expressions.begin(), expressions.end(), HasOuter) ||
         std::any_of(plan->children().begin(), plan->children().end(), ReadsOuter);
}

/// Whether the rows of `plan` are made one by one out of rows that do not depend on the left side,
/// so that they can be made above a join of those and the left side.
bool IsGraftable(const PlanPtr& plan) {
  if (!ReadsOuter(plan)) return true;
  switch (plan->kind()) {
    case PlanKind::kFilter:
    case PlanKind::kGenerate:
    case PlanKind::kProject:
    case PlanKind::kSubqueryAlias: {
      const std::vector<ExpressionPtr> expressions = plan->expressions();
      return std::none_of(expressions.begin(), expressions.end(),
                          [](const ExpressionPtr& expression) {
                            return HasKind(expression, ExpressionKind::kSubquery);
                          }) &&
             IsGraftable(plan->child());
    }
    default: return false;
  }
}

/// Whether the plan gives exactly one row for each left one: an aggregation of everything.
bool GivesOneRow(const PlanPtr& plan) {
  if (const auto* aggregate = As<Aggregate>(plan)) return aggregate->grouping().empty();
  if (plan->kind() == PlanKind::kOneRow) return true;
  return (plan->kind() == PlanKind::kProject || plan->kind() == PlanKind::kSubqueryAlias) &&
         GivesOneRow(plan->child());
}

Result<ExpressionPtr> OverLeft(const ExpressionPtr& expression) {
  return TransformUp<Expression>(expression, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    const auto* outer = As<OuterReference>(e);
    return outer == nullptr ? ExpressionPtr() : ExpressionPtr(outer->column());
  });
}

/// Puts `left`, joined with what does not depend on it, below the rest of `plan`.
Result<PlanPtr> Graft(const PlanPtr& plan, const PlanPtr& left, bool outer) {
  if (plan->kind() == PlanKind::kOneRow) return left;
  if (!ReadsOuter(plan)) {
    return PlanPtr(std::make_shared<Join>(left, plan, JoinType::kInner, nullptr));
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr below, Graft(plan->child(), left, outer));
  if (plan->kind() == PlanKind::kSubqueryAlias) return below;
  std::vector<ExpressionPtr> expressions;
  if (plan->kind() == PlanKind::kProject) {
    for (const AttributePtr& column : left->output()) expressions.push_back(column);
  }
  for (const ExpressionPtr& expression : plan->expressions()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr plain, OverLeft(expression));
    expressions.push_back(std::move(plain));
  }
  if (plan->kind() == PlanKind::kProject) {
    return PlanPtr(std::make_shared<Project>(std::move(expressions), std::move(below)));
  }
  if (const auto* generate = As<Generate>(plan)) {
    return PlanPtr(std::make_shared<Generate>(expressions[0], generate->outer() || outer,
                                              generate->generated(), std::move(below)));
  }
  return PlanPtr(std::make_shared<Filter>(expressions[0], std::move(below)));
}

/// A generator alone, as in LEFT JOIN LATERAL explode(…): it can keep rows that give nothing.
bool IsGeneratorPlan(const PlanPtr& plan) {
  if (plan->kind() == PlanKind::kGenerate) return plan->child()->kind() == PlanKind::kOneRow;
  return (plan->kind() == PlanKind::kSubqueryAlias || plan->kind() == PlanKind::kProject) &&
         IsGeneratorPlan(plan->child());
}

/// The columns of a plan that gives one row, each as a query of its own.
Result<PlanPtr> AsScalars(const Join& join) {
  std::vector<ExpressionPtr> list;
  for (const AttributePtr& column : join.left()->output()) list.push_back(column);
  for (const AttributePtr& column : join.right()->output()) {
    auto query = std::make_shared<Project>(std::vector<ExpressionPtr>{column}, join.right());
    auto value = std::make_shared<SubqueryExpression>(SubqueryExpression::Form::kScalar,
                                                      std::move(query),
                                                      std::vector<ExpressionPtr>());
    list.push_back(std::make_shared<Alias>(std::move(value), column->name(), column->id()));
  }
  return PlanPtr(std::make_shared<Project>(std::move(list), join.left()));
}

/// The plan without the filters that read the left side, which are added to `conditions`; it gives
/// the columns that they read. nullptr when it depends on the left side otherwise.
PlanPtr PullFilters(const PlanPtr& plan, std::vector<ExpressionPtr>* conditions) {
  if (!ReadsOuter(plan)) return plan;
  if (plan->kind() != PlanKind::kFilter && plan->kind() != PlanKind::kProject &&
      plan->kind() != PlanKind::kSubqueryAlias) {
    return nullptr;
  }
  PlanPtr below = PullFilters(plan->child(), conditions);
  if (below == nullptr) return nullptr;
  if (const auto* filter = As<Filter>(plan)) {
    if (!HasOuter(filter->condition())) return plan->WithNewChildren({std::move(below)});
    conditions->push_back(filter->condition());
    return below;
  }
  const auto* project = As<Project>(plan);
  if (project == nullptr) return below;
  std::vector<ExpressionPtr> list = project->list();
  if (std::any_of(list.begin(), list.end(), HasOuter)) return nullptr;
  AttributeSet given(project->output());
  for (const AttributePtr& column : below->output()) {
    for (const ExpressionPtr& condition : *conditions) {
      if (!AttributeSet::References(condition).Contains(column->id()) ||
          given.Contains(column->id())) {
        continue;
      }
      given.Add(column->id());
      list.push_back(column);
    }
  }
  return std::make_shared<Project>(std::move(list), std::move(below));
}

/// LEFT JOIN LATERAL where only filters read the left side.
Result<PlanPtr> AsOuterJoin(const Join& join, const FunctionSettings& settings) {
  std::vector<ExpressionPtr> conditions;
  PlanPtr right = PullFilters(join.right(), &conditions);
  if (right == nullptr) return PlanPtr();
  ExpressionPtr condition = join.condition();
  for (const ExpressionPtr& one : conditions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr plain, OverLeft(one));
    if (condition == nullptr) {
      condition = std::move(plain);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(condition, BindCall("and", {std::move(condition), std::move(plain)},
                                              false, nullptr, settings));
  }
  return PlanPtr(std::make_shared<Join>(join.left(), std::move(right), join.type(),
                                        std::move(condition)));
}

/// The plan that gives the pairs of a lateral join; nullptr when none is known.
Result<PlanPtr> WithoutLateral(const Join& join, const FunctionSettings& settings) {
  if (!ReadsOuter(join.right())) {
    return PlanPtr(
        std::make_shared<Join>(join.left(), join.right(), join.type(), join.condition()));
  }
  const bool outer = join.type() == JoinType::kLeftOuter;
  const bool alone = IsGeneratorPlan(join.right());
  PlanPtr pairs;
  if (outer && join.condition() == nullptr && alone) {
    return Graft(join.right(), join.left(), true);
  }
  if (outer && !(GivesOneRow(join.right()) && join.condition() == nullptr)) {
    return AsOuterJoin(join, settings);
  }
  if (IsGraftable(join.right())) {
    ARROW_ASSIGN_OR_RAISE(pairs, Graft(join.right(), join.left(), false));
  } else if (GivesOneRow(join.right())) {
    ARROW_ASSIGN_OR_RAISE(pairs, AsScalars(join));
  } else {
    return PlanPtr();
  }
  if (join.condition() == nullptr) return pairs;
  return PlanPtr(std::make_shared<Filter>(join.condition(), std::move(pairs)));
}

/// Whether a table function that is called with batches stands in the plan: its rows would not tell
/// which row of the left side they belong to.
bool CallsWithBatches(const PlanPtr& plan) {
  return Exists<LogicalPlan>(plan, [](const LogicalPlan& node) {
    const auto* generate = As<Generate>(node);
    const auto* call = generate == nullptr ? nullptr : As<UserCall>(generate->generator());
    return call != nullptr && call->function()->takes_batches;
  });
}

}  // namespace

Result<PlanPtr> JoinLaterals(const PlanPtr& node, Resolver* resolver) {
  const auto* join = As<Join>(node);
  if (join == nullptr || !join->lateral()) return node;
  if (join->condition() != nullptr && !join->condition()->resolved()) return node;
  if (CallsWithBatches(join->right())) return MakeError("LATERAL_JOIN_WITH_ARROW_UDTF_UNSUPPORTED");
  ARROW_ASSIGN_OR_RAISE(PlanPtr pairs, WithoutLateral(*join, resolver->settings()));
  if (pairs == nullptr) {
    return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
                     {{"sqlExprs", join->right()->Describe()}});
  }
  std::vector<ExpressionPtr> columns;
  for (const AttributePtr& column : join->output()) columns.push_back(column);
  return PlanPtr(std::make_shared<Project>(std::move(columns), std::move(pairs)));
}

}  // namespace firesteel
