#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "plan/joins.h"
#include "planner/join_condition.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

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

}  // namespace

Result<PhysicalPlanPtr> PlanJoin(const PlanPtr& plan, Planning* planning) {
  const auto* join = As<Join>(plan);
  if (join == nullptr) return nullptr;
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr left, planning->Plan(join->left()));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr right, planning->Plan(join->right()));
  std::vector<AttributePtr> columns = join->left()->output();
  const std::vector<AttributePtr> right_columns = join->right()->output();

  const JoinCondition taken = JoinCondition::Of(*join);
  PlannedJoin planned;
  planned.kind = KindOf(join->type());
  planned.null_aware = taken.null_aware;
  planned.left_streams = join->left()->is_streaming();
  planned.right_streams = join->right()->is_streaming();
  for (const JoinCondition::Key& key : taken.keys) {
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
