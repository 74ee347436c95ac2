#include <utility>

#include "expr/function.h"
#include "functions/registry.h"
#include "optimizer/rules.h"

namespace firesteel {

namespace {

/// Whether computing the value twice costs nothing: a column, a field of one, a constant.
bool IsCheap(const Expression& expression) {
  const Expression* current = &expression;
  while (current->kind() == ExpressionKind::kGetField) current = current->child(0).get();
  return current->children().empty() && current->deterministic();
}

}  // namespace

Result<PlanPtr> ReplaceBetween(const PlanPtr& plan) {
  return TransformAllExpressions(plan, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    const auto* call = As<ScalarFunction>(e);
    if (call == nullptr || call->name() != "between" || !IsCheap(*call->child(0))) {
      return ExpressionPtr();
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr low,
                          BindCall(">=", {call->child(0), call->child(1)}, false, nullptr, {}));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr high,
                          BindCall("<=", {call->child(0), call->child(2)}, false, nullptr, {}));
    return BindCall("and", {std::move(low), std::move(high)}, false, nullptr, {});
  });
}

}  // namespace firesteel
