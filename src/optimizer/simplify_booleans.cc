#include <optional>
#include <string_view>
#include <utility>

#include "expr/function.h"
#include "functions/registry.h"
#include "optimizer/rules.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

/// The value of a constant condition; NULL counts as false where only truth matters.
std::optional<bool> ConstantOf(const ExpressionPtr& expression) {
  const auto* literal = As<Literal>(expression);
  if (literal == nullptr || !literal->value().Is<bool>()) return std::nullopt;
  return literal->value().Get<bool>();
}

/// AND when `absorbing` is false, OR when it is true.
ExpressionPtr SimplifyChain(const ScalarFunction& call, bool absorbing) {
  const ExpressionPtr& left = call.child(0);
  const ExpressionPtr& right = call.child(1);
  const std::optional<bool> left_value = ConstantOf(left);
  const std::optional<bool> right_value = ConstantOf(right);
  if (left_value) return *left_value == absorbing ? left : right;
  if (right_value) return *right_value == absorbing ? right : left;
  if (left->deterministic() && SemanticHash(*left) == SemanticHash(*right) &&
      SemanticallyEqual(*left, *right)) {
    return left;
  }
  return nullptr;
}

/// NOT a < b is a >= b, for NULL and NaN too: comparisons order all values.
Result<ExpressionPtr> SimplifyNot(const ScalarFunction& call) {
  const auto* inner = As<ScalarFunction>(call.child(0));
  if (inner == nullptr) return ExpressionPtr();
  if (inner->name() == "not") return inner->child(0);
  constexpr std::pair<std::string_view, std::string_view> kOpposites[] = {
      {"<", ">="}, {"<=", ">"}, {">", "<="}, {">=", "<"}};
  for (const auto& [name, opposite] : kOpposites) {
    if (inner->name() == name) {
      return BindCall(opposite, {inner->child(0), inner->child(1)}, false, nullptr, {});
    }
  }
  return ExpressionPtr();
}

/// Drops branches that are never taken, and everything after one that always is.
Result<ExpressionPtr> SimplifyConditional(const Conditional& conditional) {
  const std::vector<ExpressionPtr>& children = conditional.children();
  std::vector<ExpressionPtr> kept;
  bool changed = false;
  bool complete = false;
  for (size_t i = 0; i + 1 < children.size() && !complete; i += 2) {
    const auto* constant = As<Literal>(children[i]);
    if (constant == nullptr) {
      kept.push_back(children[i]);
      kept.push_back(children[i + 1]);
      continue;
    }
    changed = true;
    complete = ConstantOf(children[i]).value_or(false);
    if (complete) kept.push_back(children[i + 1]);
  }
  if (!changed) return ExpressionPtr();
  if (!complete && conditional.has_else()) kept.push_back(children.back());
  if (kept.empty()) return Literal::Make(Value(), conditional.type());
  if (kept.size() > 1) return ExpressionPtr(std::make_shared<Conditional>(std::move(kept)));
  return kept[0];
}

}  // namespace

Result<PlanPtr> SimplifyBooleans(const PlanPtr& plan) {
  return TransformAllExpressions(plan, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    if (const auto* conditional = As<Conditional>(e)) return SimplifyConditional(*conditional);
    const auto* call = As<ScalarFunction>(e);
    if (call == nullptr) return ExpressionPtr();
    if (call->name() == "and") return SimplifyChain(*call, false);
    if (call->name() == "or") return SimplifyChain(*call, true);
    if (call->name() == "not") return SimplifyNot(*call);
    return ExpressionPtr();
  });
}

}  // namespace firesteel
