#include "session/sql_statement.h"

#include <utility>

#include "plan/commands.h"
#include "plan/relations.h"
#include "session/session_backend.h"

namespace firesteel {

Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::map<std::string, Value>&) {
  return plan;
}

Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::vector<Value>&) { return plan; }

DataFrame RunStatement(const std::shared_ptr<SessionBackend>& backend, Result<PlanPtr> plan) {
  if (!plan.ok()) return DataFrame(backend, plan.status());
  if (dynamic_cast<const Command*>(plan->get()) == nullptr) return DataFrame(backend, *plan);
  Result<QueryResult> result = backend->ExecuteCommand(*plan);
  if (!result.ok()) return DataFrame(backend, result.status());
  return DataFrame(backend, LocalRelation::Make(result->schema, std::move(result->batches)));
}

}  // namespace firesteel
