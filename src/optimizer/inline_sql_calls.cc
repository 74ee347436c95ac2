#include "expr/sql_call.h"
#include "optimizer/rules.h"

namespace firesteel {

Result<PlanPtr> InlineSqlCalls(const PlanPtr& plan) {
  return TransformAllExpressions(plan, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    const auto* call = As<SqlCall>(e);
    return call != nullptr && call->variables().empty() ? call->body() : ExpressionPtr();
  });
}

}  // namespace firesteel
