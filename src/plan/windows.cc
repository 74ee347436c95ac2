#include "plan/windows.h"

#include <algorithm>
#include <utility>

#include "plan/describe.h"

namespace firesteel {

ComputeWindows::ComputeWindows(std::vector<ExpressionPtr> functions,
                               std::vector<ExpressionPtr> partition,
                               std::vector<ExpressionPtr> order, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      functions_(std::move(functions)),
      partition_(std::move(partition)),
      order_(std::move(order)) {}

std::vector<AttributePtr> ComputeWindows::output() const {
  std::vector<AttributePtr> output = child()->output();
  for (const ExpressionPtr& function : functions_) output.push_back(ToAttribute(function));
  return output;
}

std::vector<ExpressionPtr> ComputeWindows::expressions() const {
  std::vector<ExpressionPtr> all = functions_;
  all.insert(all.end(), partition_.begin(), partition_.end());
  all.insert(all.end(), order_.begin(), order_.end());
  return all;
}

PlanPtr ComputeWindows::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  const auto partition = expressions.begin() + static_cast<std::ptrdiff_t>(functions_.size());
  const auto order = partition + static_cast<std::ptrdiff_t>(partition_.size());
  return std::make_shared<ComputeWindows>(
      std::vector<ExpressionPtr>(expressions.begin(), partition),
      std::vector<ExpressionPtr>(partition, order),
      std::vector<ExpressionPtr>(order, expressions.end()), child());
}

PlanPtr ComputeWindows::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<ComputeWindows>(functions_, partition_, order_, std::move(children[0]));
}

std::string ComputeWindows::Describe() const {
  return "Window " + BracketedList(functions_) + ", " + BracketedList(partition_) + ", " +
         BracketedList(order_);
}

bool ComputeWindows::SelfResolved() const {
  return std::all_of(functions_.begin(), functions_.end(),
                     [](const ExpressionPtr& function) { return IsNamed(*function); });
}

Qualify::Qualify(ExpressionPtr condition, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}), condition_(std::move(condition)) {}

PlanPtr Qualify::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<Qualify>(std::move(expressions[0]), child());
}

PlanPtr Qualify::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Qualify>(condition_, std::move(children[0]));
}

std::string Qualify::Describe() const { return "Qualify " + condition_->ToString(); }

}  // namespace firesteel
