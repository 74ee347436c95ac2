#include "session/sql_statement.h"

#include <functional>
#include <set>
#include <utility>

#include "common/error.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "plan/commands.h"
#include "plan/relations.h"
#include "plan/subqueries.h"
#include "session/session_backend.h"

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

/// Puts in the place of every marker what `value_of` gives for it; nullptr: it has no value.
Result<PlanPtr> Bind(const PlanPtr& plan,
                     const std::function<const Value*(const UnresolvedParameter&)>& value_of) {
  return TransformWithSubqueries(
      plan, [&](const ExpressionPtr& expression) -> Result<ExpressionPtr> {
        const auto* parameter = As<UnresolvedParameter>(expression);
        if (parameter == nullptr) return ExpressionPtr();
        if (const Value* value = value_of(*parameter)) return Literal::Of(*value);
        const Origin& origin = parameter->origin();
        // A marker without a name is called by its place in the text.
        std::string name =
            parameter->name().empty() ? "_" + std::to_string(origin.start) : parameter->name();
        return MakeErrorAt("UNBOUND_SQL_PARAMETER", {{"name", std::move(name)}},
                           origin.ToContext());
      });
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

Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::map<std::string, Value>& arguments) {
  return Bind(plan, [&](const UnresolvedParameter& parameter) -> const Value* {
    const auto found = arguments.find(parameter.name());
    return parameter.name().empty() || found == arguments.end() ? nullptr : &found->second;
  });
}

Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::vector<Value>& arguments) {
  ARROW_ASSIGN_OR_RAISE(const std::set<int> positions, PositionsOf(plan));
  return Bind(plan, [&](const UnresolvedParameter& parameter) -> const Value* {
    const auto found = positions.find(parameter.origin().start);
    if (!parameter.name().empty() || found == positions.end()) return nullptr;
    const auto index = static_cast<size_t>(std::distance(positions.begin(), found));
    return index < arguments.size() ? &arguments[index] : nullptr;
  });
}

DataFrame RunStatement(const std::shared_ptr<SessionBackend>& backend, Result<PlanPtr> plan) {
  if (!plan.ok()) return DataFrame(backend, plan.status());
  if (dynamic_cast<const Command*>(plan->get()) == nullptr) return DataFrame(backend, *plan);
  Result<QueryResult> result = backend->ExecuteCommand(*plan);
  if (!result.ok()) return DataFrame(backend, result.status());
  return DataFrame(backend, LocalRelation::Make(result->schema, std::move(result->batches)));
}

}  // namespace firesteel
