#include <algorithm>
#include <utility>

#include "analyzer/fresh_ids.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "plan/attribute_set.h"
#include "plan/operators.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

/// Finds what a plan reads of the query around it, each column once.
class OuterColumns {
 public:
  void Collect(const PlanPtr& plan) {
    for (const ExpressionPtr& expression : plan->expressions()) Collect(expression);
    for (const PlanPtr& child : plan->children()) Collect(child);
  }
  std::vector<ExpressionPtr> Take() { return std::move(columns_); }

 private:
  void Collect(const ExpressionPtr& expression) {
    if (const auto* outer = As<OuterReference>(expression)) {
      if (!known_.Contains(outer->column()->id())) columns_.push_back(outer->column());
      known_.Add(outer->column()->id());
    }
    for (const ExpressionPtr& child : expression->children()) Collect(child);
  }

  std::vector<ExpressionPtr> columns_;
  AttributeSet known_;
};

/// Whether a node may read columns of the query around the subquery it is in.
bool MayReadOuter(const LogicalPlan& node) {
  switch (node.kind()) {
    case PlanKind::kFilter:
    case PlanKind::kProject:
    case PlanKind::kJoin:
    case PlanKind::kGenerate: return true;
    default: return false;
  }
}

Status CheckCorrelation(const PlanPtr& plan) {
  if (!MayReadOuter(*plan)) {
    for (const ExpressionPtr& expression : plan->expressions()) {
      if (!HasKind(expression, ExpressionKind::kOuterReference)) continue;
      return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
                       {{"sqlExprs", Quoted(expression->Sql())}});
    }
  }
  for (const PlanPtr& child : plan->children()) ARROW_RETURN_NOT_OK(CheckCorrelation(child));
  return Status::OK();
}

Result<ExpressionPtr> ResolveQuery(const SubqueryExpression& subquery,
                                   const std::vector<AttributePtr>& columns, Resolver* resolver) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, resolver->ResolveInside(subquery.plan(), columns));
  ARROW_RETURN_NOT_OK(CheckCorrelation(plan));
  if (subquery.form() == SubqueryExpression::Form::kScalar && plan->output().size() != 1) {
    return MakeError(
        "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
        {{"number", std::to_string(plan->output().size())}});
  }
  // Its tables may be read by the query around it as well.
  ARROW_ASSIGN_OR_RAISE(plan, WithFreshIds(plan));
  resolver->AddReadySubquery(plan);
  OuterColumns outer;
  outer.Collect(plan);
  return subquery.WithPlan(std::move(plan), outer.Take());
}

}  // namespace

Result<ExpressionPtr> ResolveQueries(const ExpressionPtr& expression,
                                     const std::vector<AttributePtr>& columns,
                                     Resolver* resolver) {
  if (!HasKind(expression, ExpressionKind::kSubquery)) return expression;
  return TransformUp<Expression>(
      expression, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
        const auto* subquery = As<SubqueryExpression>(e);
        if (subquery == nullptr || resolver->IsReadySubquery(subquery->plan())) {
          return ExpressionPtr();
        }
        return ResolveQuery(*subquery, columns, resolver);
      });
}

Result<PlanPtr> ResolveSubqueries(const PlanPtr& node, Resolver* resolver) {
  std::vector<ExpressionPtr> expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), [](const ExpressionPtr& expression) {
        return HasKind(expression, ExpressionKind::kSubquery);
      })) {
    return node;
  }
  std::vector<AttributePtr> columns;
  for (const PlanPtr& child : node->children()) {
    const std::vector<AttributePtr> output = child->output();
    columns.insert(columns.end(), output.begin(), output.end());
  }
  bool changed = false;
  for (ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr resolved, ResolveQueries(expression, columns, resolver));
    changed |= resolved != expression;
    expression = std::move(resolved);
  }
  return changed ? node->WithNewExpressions(std::move(expressions)) : node;
}

}  // namespace firesteel
