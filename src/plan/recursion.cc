#include "plan/recursion.h"

#include <utility>

namespace firesteel {

RecursionInput::RecursionInput(int64_t number, std::string name, std::vector<AttributePtr> output)
    : LogicalPlan(kKind, {}),
      number_(number),
      name_(std::move(name)),
      output_(std::move(output)) {}

PlanPtr RecursionInput::WithOutput(std::vector<AttributePtr> output) const {
  return std::make_shared<RecursionInput>(number_, name_, std::move(output));
}

PlanPtr RecursionInput::WithNewChildren(std::vector<PlanPtr>) const { return WithOutput(output_); }

std::string RecursionInput::Describe() const { return "RecursionInput " + name_; }

Recursion::Recursion(int64_t number, int64_t maximum_level, PlanPtr first, PlanPtr step,
                     std::vector<AttributePtr> output, std::optional<int64_t> limit)
    : LogicalPlan(kKind, {std::move(first), std::move(step)}),
      number_(number),
      maximum_level_(maximum_level),
      output_(std::move(output)),
      limit_(limit) {}

PlanPtr Recursion::WithOutput(std::vector<AttributePtr> output) const {
  return std::make_shared<Recursion>(number_, maximum_level_, first(), step(), std::move(output),
                                     limit_);
}

PlanPtr Recursion::WithLimit(int64_t limit) const {
  return std::make_shared<Recursion>(number_, maximum_level_, first(), step(), output_, limit);
}

PlanPtr Recursion::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Recursion>(number_, maximum_level_, std::move(children[0]),
                                     std::move(children[1]), output_, limit_);
}

std::string Recursion::Describe() const {
  std::string text = "Recursion " + std::to_string(maximum_level_);
  return limit_ ? text + ", limit " + std::to_string(*limit_) : text;
}

}  // namespace firesteel
