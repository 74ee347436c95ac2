#pragma once

#include <utility>
#include <vector>

#include "functions/registry.h"
#include "plan/test_plans.h"

// Resolved expressions and plans, as analysis would leave them.
namespace firesteel::test {

template <typename... Arguments>
ExpressionPtr Bind(std::string_view name, Arguments... arguments) {
  auto bound =
      BindCall(name, std::vector<ExpressionPtr>{std::move(arguments)...}, false, nullptr, {});
  return std::move(bound).ValueOrDie();
}

/// A union whose columns are those of its first child, with ids of its own.
inline PlanPtr ResolvedUnion(std::vector<PlanPtr> children) {
  std::vector<AttributePtr> output = children[0]->output();
  for (AttributePtr& column : output) column = column->WithNewId();
  return std::make_shared<Union>(std::move(children), false, false, std::move(output));
}

}  // namespace firesteel::test
