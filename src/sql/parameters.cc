#include "sql/parameters.h"

#include <iterator>
#include <set>
#include <utility>

#include "common/error.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

/// Rewrites the expressions of a plan and of the queries inside expressions.
Result<PlanPtr> TransformWithSubqueries(const PlanPtr& plan, const Rewrite<Expression>& rewrite) {
  const Rewrite<Expression> everywhere =
      [&](const ExpressionPtr& expression) -> Result<ExpressionPtr> {
    const auto* subquery = As<SubqueryExpression>(expression);
    if (subquery == nullptr) return rewrite(expression);
    ARROW_ASSIGN_OR_RAISE(PlanPtr inside, TransformWithSubqueries(subquery->plan(), rewrite));
    if (inside == subquery->plan()) return ExpressionPtr();
    return subquery->WithPlan(std::move(inside), subquery->outer());
  };
  return TransformAllExpressions(plan, everywhere);
}

/// The places of the `?` in the text, in order. A marker may stand in a tree more than once.
Result<std::set<int>> PositionsOf(const PlanPtr& plan) {
  std::set<int> positions;
  ARROW_RETURN_NOT_OK(TransformWithSubqueries(
      plan, [&](const ExpressionPtr& expression) -> Result<ExpressionPtr> {
        const auto* parameter = As<UnresolvedParameter>(expression);
        if (parameter != nullptr && parameter->name().empty()) {
          positions.insert(parameter->origin().start);
        }
        return ExpressionPtr();
      }));
  return positions;
}

}  // namespace

Result<PlanPtr> ReplaceParameters(const PlanPtr& plan, const ParameterValue& value_of) {
  return TransformWithSubqueries(
      plan, [&](const ExpressionPtr& expression) -> Result<ExpressionPtr> {
        const auto* parameter = As<UnresolvedParameter>(expression);
        if (parameter == nullptr) return ExpressionPtr();
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, value_of(*parameter));
        if (value != nullptr) return value;
        const Origin& origin = parameter->origin();
        // A marker without a name is called by its place in the text.
        std::string name =
            parameter->name().empty() ? "_" + std::to_string(origin.start) : parameter->name();
        return MakeErrorAt("UNBOUND_SQL_PARAMETER", {{"name", std::move(name)}},
                           origin.ToContext());
      });
}

Result<PlanPtr> ReplacePositionalParameters(
    const PlanPtr& plan, const std::function<Result<ExpressionPtr>(size_t index)>& value_of) {
  ARROW_ASSIGN_OR_RAISE(const std::set<int> positions, PositionsOf(plan));
  return ReplaceParameters(
      plan, [&](const UnresolvedParameter& parameter) -> Result<ExpressionPtr> {
        const auto found = positions.find(parameter.origin().start);
        if (!parameter.name().empty() || found == positions.end()) return ExpressionPtr();
        return value_of(static_cast<size_t>(std::distance(positions.begin(), found)));
      });
}

}  // namespace firesteel
