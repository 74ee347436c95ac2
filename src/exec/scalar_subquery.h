#pragma once

#include <string>
#include <vector>

#include "exec/physical_plan.h"
#include "expr/expression.h"

namespace firesteel {

/// The value of a scalar subquery of the run, which ran before the task that evaluates this. Takes
/// the place of the subquery in planned expressions.
class SubqueryValue final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kSubqueryValue;
  SubqueryValue(int number, DataType type);
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  int number_;
};

/// Runs plans of one column before everything below `plan`; the value of `subqueries[i]`, NULL
/// without a row, is that of SubqueryValue i. A subquery may use those before it. Errors when run:
/// SCALAR_SUBQUERY_TOO_MANY_ROWS.
Result<PhysicalPlanPtr> NewWithSubqueries(PhysicalPlanPtr plan,
                                          std::vector<PhysicalPlanPtr> subqueries);

}  // namespace firesteel
