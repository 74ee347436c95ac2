#pragma once

#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// Appends the values of window functions that share partitions and order. Analysis makes it where
/// WindowExpressions stand in a SELECT list; `functions` are Aliases of WindowExpressions.
class Window final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kWindow;
  Window(std::vector<ExpressionPtr> functions, std::vector<ExpressionPtr> partition,
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

}  // namespace firesteel
