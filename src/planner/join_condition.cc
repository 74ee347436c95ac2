#include "planner/join_condition.h"

#include <optional>
#include <string_view>
#include <utility>

#include "expr/function.h"
#include "functions/registry.h"
#include "plan/attribute_set.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;

const ScalarFunction* AsCall(const ExpressionPtr& expression, std::string_view name) {
  const auto* call = As<ScalarFunction>(expression);
  return call != nullptr && call->name() == name ? call : nullptr;
}

void SplitAnd(const ExpressionPtr& condition, Expressions* parts) {
  const ScalarFunction* call = AsCall(condition, "and");
  if (call == nullptr) {
    parts->push_back(condition);
    return;
  }
  for (const ExpressionPtr& child : call->children()) SplitAnd(child, parts);
}

using Key = JoinCondition::Key;

/// Takes a join's condition apart.
class ConditionReader {
 public:
  explicit ConditionReader(const Join& join)
      : left_(join.left()->output()), right_(join.right()->output()) {}

  /// The key that a condition is, if it is one.
  std::optional<Key> ReadKey(const ExpressionPtr& condition) const {
    const ScalarFunction* call = AsCall(condition, "=");
    const bool null_safe = call == nullptr;
    if (null_safe) call = AsCall(condition, "<=>");
    if (call == nullptr || !call->deterministic()) return std::nullopt;
    const ExpressionPtr& a = call->child(0);
    const ExpressionPtr& b = call->child(1);
    if (!a->type().SameType(b->type())) return std::nullopt;
    if (IsOf(a, left_) && IsOf(b, right_)) return Key{a, b, null_safe};
    if (IsOf(b, left_) && IsOf(a, right_)) return Key{b, a, null_safe};
    return std::nullopt;
  }

  /// `a = b OR (a = b) IS NULL`: what NOT IN is as an anti join.
  std::optional<Key> ReadNullAwareKey(const ExpressionPtr& condition) const {
    const ScalarFunction* either = AsCall(condition, "or");
    if (either == nullptr) return std::nullopt;
    const ScalarFunction* unknown = AsCall(either->child(1), "isnull");
    if (unknown == nullptr || AsCall(either->child(0), "=") == nullptr ||
        !unknown->child(0)->Equals(*either->child(0))) {
      return std::nullopt;
    }
    return ReadKey(either->child(0));
  }

 private:
  /// Whether it reads this side, and nothing else.
  static bool IsOf(const ExpressionPtr& expression, const AttributeSet& side) {
    return !AttributeSet::References(expression).empty() && ReadsOnly(expression, side);
  }

  AttributeSet left_;
  AttributeSet right_;
};

}  // namespace

Result<ExpressionPtr> JoinByAnd(const std::vector<ExpressionPtr>& parts) {
  ExpressionPtr joined;
  for (const ExpressionPtr& part : parts) {
    if (!joined) {
      joined = part;
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(joined, BindCall("and", {joined, part}, false, nullptr, {}));
  }
  return joined;
}

JoinCondition JoinCondition::Of(const Join& join) {
  JoinCondition taken;
  if (!join.condition()) return taken;
  const ConditionReader reader(join);
  Expressions parts;
  SplitAnd(join.condition(), &parts);
  if (join.type() == JoinType::kLeftAnti && parts.size() == 1) {
    if (auto key = reader.ReadNullAwareKey(parts[0])) {
      taken.keys.push_back(*std::move(key));
      taken.null_aware = true;
      return taken;
    }
  }
  for (ExpressionPtr& part : parts) {
    if (auto key = reader.ReadKey(part)) {
      taken.keys.push_back(*std::move(key));
    } else {
      taken.others.push_back(std::move(part));
    }
  }
  return taken;
}

}  // namespace firesteel
