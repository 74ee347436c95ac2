#include <optional>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "expr/function.h"
#include "functions/registry.h"
#include "plan/attribute_set.h"
#include "plan/joins.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;

JoinKind KindOf(JoinType type) {
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross: return JoinKind::kInner;
    case JoinType::kLeftOuter: return JoinKind::kLeftOuter;
    case JoinType::kRightOuter: return JoinKind::kRightOuter;
    case JoinType::kFullOuter: return JoinKind::kFullOuter;
    case JoinType::kLeftSemi: return JoinKind::kLeftSemi;
    case JoinType::kLeftAnti: return JoinKind::kLeftAnti;
    case JoinType::kExistence: return JoinKind::kExistence;
    case JoinType::kLeftSingle: return JoinKind::kLeftSingle;
  }
  return JoinKind::kInner;
}

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

/// What equals what: one key of a join.
struct Key {
  ExpressionPtr left;
  ExpressionPtr right;
  bool null_safe = false;
};

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

Result<ExpressionPtr> JoinByAnd(const Expressions& parts) {
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

struct TakenApart {
  std::vector<Key> keys;
  Expressions others;
  bool null_aware = false;
};

TakenApart TakeApart(const Join& join) {
  TakenApart taken;
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

}  // namespace

Result<PhysicalPlanPtr> PlanJoin(const PlanPtr& plan, Planning* planning) {
  const auto* join = As<Join>(plan);
  if (join == nullptr) return nullptr;
  if (join->left()->is_streaming() && join->right()->is_streaming()) {
    return InternalError("Two streams cannot be joined: " + join->Describe());
  }
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr left, planning->Plan(join->left()));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr right, planning->Plan(join->right()));
  std::vector<AttributePtr> columns = join->left()->output();
  const std::vector<AttributePtr> right_columns = join->right()->output();

  const TakenApart taken = TakeApart(*join);
  PlannedJoin planned;
  planned.kind = KindOf(join->type());
  planned.null_aware = taken.null_aware;
  planned.left_streams = join->left()->is_streaming();
  planned.right_streams = join->right()->is_streaming();
  for (const Key& key : taken.keys) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr left_key, BindReferences(key.left, columns));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr right_key, BindReferences(key.right, right_columns));
    planned.left_keys.push_back(std::move(left_key));
    planned.right_keys.push_back(std::move(right_key));
    planned.null_safe.push_back(key.null_safe);
  }
  columns.insert(columns.end(), right_columns.begin(), right_columns.end());
  if (!taken.others.empty()) {
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr condition, JoinByAnd(taken.others));
    ARROW_ASSIGN_OR_RAISE(planned.condition, BindReferences(condition, columns));
  }
  return NewJoin(std::move(left), std::move(right), std::move(planned), plan->schema());
}

}  // namespace firesteel
