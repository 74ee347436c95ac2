#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "expr/function.h"
#include "functions/registry.h"
#include "optimizer/conjunction.h"
#include "optimizer/rules.h"
#include "plan/attribute_set.h"
#include "plan/joins.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

using Attributes = std::vector<AttributePtr>;

/// The columns without which a condition is not true: those of comparisons, through what gives
/// NULL for NULL. Of what may turn NULL into something else, nothing.
void CollectNeeded(const ExpressionPtr& expression, bool inside, Attributes* columns) {
  if (As<Attribute>(expression)) {
    if (inside) columns->push_back(std::static_pointer_cast<const Attribute>(expression));
    return;
  }
  if (As<Cast>(expression)) {
    if (inside) CollectNeeded(expression->child(0), true, columns);
    return;
  }
  const auto* call = As<ScalarFunction>(expression);
  if (call == nullptr) return;
  static constexpr std::string_view kStrict[] = {"=", "<", "<=", ">", ">=", "between"};
  static constexpr std::string_view kArithmetic[] = {"+", "-", "*", "negative"};
  const std::string_view name = call->name();
  const bool strict =
      std::find(std::begin(kStrict), std::end(kStrict), name) != std::end(kStrict) ||
      (inside &&
       std::find(std::begin(kArithmetic), std::end(kArithmetic), name) != std::end(kArithmetic));
  if (!strict) return;
  for (const ExpressionPtr& child : call->children()) CollectNeeded(child, true, columns);
}

/// Whether a row of this side that matches nothing is given out all the same.
bool KeepsRows(JoinType type, bool left) {
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross:
    case JoinType::kLeftSemi: return false;
    case JoinType::kRightOuter: return !left;
    case JoinType::kFullOuter: return true;
    default: return left;
  }
}

/// The columns of which filters below say that they are not NULL, as far as every row passes them.
void CollectFiltered(const PlanPtr& plan, std::set<ExprId>* columns) {
  if (const auto* filter = As<Filter>(plan)) {
    for (const ExpressionPtr& condition : SplitConjunction(filter->condition())) {
      const auto* call = As<ScalarFunction>(condition);
      if (call == nullptr || call->name() != "isnotnull") continue;
      if (const auto* column = As<Attribute>(call->child(0))) columns->insert(column->id());
    }
  }
  if (plan->children().size() == 1) CollectFiltered(plan->child(), columns);
}

Result<PlanPtr> LeaveOutNulls(const PlanPtr& side, const Attributes& needed) {
  const AttributeSet of_side(side->output());
  std::set<ExprId> done;
  CollectFiltered(side, &done);
  std::vector<ExpressionPtr> conditions;
  for (const AttributePtr& column : needed) {
    if (!column->nullable() || !of_side.Contains(column->id())) continue;
    if (!done.insert(column->id()).second) continue;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr not_null,
                          BindCall("isnotnull", {column}, false, nullptr, {}));
    conditions.push_back(std::move(not_null));
  }
  return FilterBy(conditions, side);
}

Result<PlanPtr> InferOne(const PlanPtr& node, bool semi) {
  const auto* join = As<Join>(node);
  if (join == nullptr || join->condition() == nullptr || !node->is_streaming()) return PlanPtr();
  if ((join->type() == JoinType::kLeftSemi) != semi) return PlanPtr();
  Attributes needed;
  for (const ExpressionPtr& part : SplitConjunction(join->condition())) {
    CollectNeeded(part, false, &needed);
  }
  PlanPtr left = join->left();
  PlanPtr right = join->right();
  if (left->is_streaming() && !KeepsRows(join->type(), true)) {
    ARROW_ASSIGN_OR_RAISE(left, LeaveOutNulls(left, needed));
  }
  if (right->is_streaming() && !KeepsRows(join->type(), false)) {
    ARROW_ASSIGN_OR_RAISE(right, LeaveOutNulls(right, needed));
  }
  if (left == join->left() && right == join->right()) return PlanPtr();
  return join->WithNewChildren({std::move(left), std::move(right)});
}

}  // namespace

Result<PlanPtr> InferJoinFilters(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(
      plan, [](const PlanPtr& node) { return InferOne(node, /*semi=*/false); });
}

Result<PlanPtr> InferSemiJoinFilters(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(
      plan, [](const PlanPtr& node) { return InferOne(node, /*semi=*/true); });
}

}  // namespace firesteel
