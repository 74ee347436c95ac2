#pragma once

#include <string>
#include <vector>

#include "expr/expression.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// A query inside an expression: `(SELECT max(a) FROM t)`, `EXISTS (…)`, `x IN (SELECT …)`.
/// Children are, for IN, the values looked for (one per column of the query), then the columns of
/// the query around it that the query reads (OuterReference inside), which analysis finds.
/// Analysis resolves the plan; the optimizer turns the expression into a join, or, where it reads
/// nothing from outside and is a scalar, runs first and becomes a Literal.
class SubqueryExpression final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kSubquery;
  enum class Form { kScalar, kExists, kIn };
  SubqueryExpression(Form form, PlanPtr plan, std::vector<ExpressionPtr> values,
                     std::vector<ExpressionPtr> outer = {});
  Form form() const { return form_; }
  const PlanPtr& plan() const { return plan_; }
  /// The left side of IN.
  std::vector<ExpressionPtr> values() const;
  /// What the plan reads of the query around it.
  std::vector<ExpressionPtr> outer() const;
  ExpressionPtr WithPlan(PlanPtr plan, std::vector<ExpressionPtr> outer) const;
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;

 private:
  Form form_;
  PlanPtr plan_;
  size_t value_count_;
};

/// Marks, inside the plan of a subquery, a column of the query around it.
class OuterReference final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kOuterReference;
  explicit OuterReference(AttributePtr column);
  const AttributePtr& column() const { return column_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  AttributePtr column_;
};

}  // namespace firesteel
