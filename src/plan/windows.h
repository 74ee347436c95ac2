#pragma once

#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// Appends the values of window functions that share partitions and order. Analysis makes it where
/// WindowExpressions stand in a SELECT list; `functions` are Aliases of WindowExpressions. Shown as
/// Window.
class ComputeWindows final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kWindow;
  ComputeWindows(std::vector<ExpressionPtr> functions, std::vector<ExpressionPtr> partition,
                 std::vector<ExpressionPtr> order, PlanPtr child);
  const std::vector<ExpressionPtr>& functions() const { return functions_; }
  const std::vector<ExpressionPtr>& partition() const { return partition_; }
  const std::vector<ExpressionPtr>& order() const { return order_; }
  std::vector<AttributePtr> output() const override;  // the child's, then the functions'
  std::vector<ExpressionPtr> expressions() const override;  // functions, partition, order
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override;

 private:
  std::vector<ExpressionPtr> functions_;
  std::vector<ExpressionPtr> partition_;
  std::vector<ExpressionPtr> order_;
};

/// QUALIFY: keeps the rows of the SELECT below for which a condition over window functions holds.
/// Unresolved; analysis computes the condition's windows above the list and makes it a Filter.
/// Errors there: QUALIFY_REQUIRES_WINDOW_FUNCTION, QUALIFY_AGGREGATE_NOT_ALLOWED.
class Qualify final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kQualify;
  Qualify(ExpressionPtr condition, PlanPtr child);
  const ExpressionPtr& condition() const { return condition_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  std::vector<ExpressionPtr> expressions() const override { return {condition_}; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override { return false; }

 private:
  ExpressionPtr condition_;
};

}  // namespace firesteel
