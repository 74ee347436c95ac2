#include "optimizer/optimizer.h"
#include "optimizer/rules.h"
#include "plan/subqueries.h"

namespace firesteel {

Result<PlanPtr> OptimizeSubqueries(const PlanPtr& plan) {
  return TransformAllExpressions(plan, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    const auto* subquery = As<SubqueryExpression>(e);
    if (subquery == nullptr) return ExpressionPtr();
    ARROW_ASSIGN_OR_RAISE(PlanPtr optimized, Optimize(subquery->plan()));
    if (optimized == subquery->plan()) return ExpressionPtr();
    return subquery->WithPlan(std::move(optimized), subquery->outer());
  });
}

}  // namespace firesteel
