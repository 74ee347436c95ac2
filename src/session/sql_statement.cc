#include "session/sql_statement.h"

#include <utility>

#include "expr/nodes.h"
#include "plan/commands.h"
#include "plan/relations.h"
#include "session/session_backend.h"
#include "sql/parameters.h"

namespace firesteel {

Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::map<std::string, Value>& arguments) {
  return ReplaceParameters(
      plan, [&](const UnresolvedParameter& parameter) -> Result<ExpressionPtr> {
        const auto found = arguments.find(parameter.name());
        if (parameter.name().empty() || found == arguments.end()) return ExpressionPtr();
        return Literal::Of(found->second);
      });
}

Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::vector<Value>& arguments) {
  return ReplacePositionalParameters(plan, [&](size_t index) -> Result<ExpressionPtr> {
    if (index >= arguments.size()) return ExpressionPtr();
    return Literal::Of(arguments[index]);
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
