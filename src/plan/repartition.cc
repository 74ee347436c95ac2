#include "plan/repartition.h"

#include <memory>
#include <utility>

#include "fmt/format.h"

namespace firesteel {

Repartition::Repartition(Form form, std::optional<int> partitions, std::vector<ExpressionPtr> keys,
                         PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      form_(form),
      partitions_(partitions),
      keys_(std::move(keys)) {}

PlanPtr Repartition::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<Repartition>(form_, partitions_, std::move(expressions), child());
}

PlanPtr Repartition::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Repartition>(form_, partitions_, keys_, std::move(children[0]));
}

std::string Repartition::Describe() const {
  const std::string count = partitions_ ? std::to_string(*partitions_) : "";
  if (keys_.empty()) {
    return fmt::format("Repartition {}, {}", count, form_ == Form::kSpread);
  }
  std::string keys;
  for (const ExpressionPtr& key : keys_) {
    keys += (keys.empty() ? "" : ", ") + key->ToString();
  }
  return fmt::format("RepartitionByExpression [{}]{}{}", keys, count.empty() ? "" : ", ", count);
}

}  // namespace firesteel
