#include <utility>

#include "connect/server/plan_translator.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"

namespace firesteel {

Result<JoinType> ToJoinType(spark::connect::Join::JoinType type) {
  using Protocol = spark::connect::Join;
  switch (type) {
    case Protocol::JOIN_TYPE_INNER: return JoinType::kInner;
    case Protocol::JOIN_TYPE_FULL_OUTER: return JoinType::kFullOuter;
    case Protocol::JOIN_TYPE_LEFT_OUTER: return JoinType::kLeftOuter;
    case Protocol::JOIN_TYPE_RIGHT_OUTER: return JoinType::kRightOuter;
    case Protocol::JOIN_TYPE_LEFT_ANTI: return JoinType::kLeftAnti;
    case Protocol::JOIN_TYPE_LEFT_SEMI: return JoinType::kLeftSemi;
    case Protocol::JOIN_TYPE_CROSS: return JoinType::kCross;
    default: return UnsupportedMessage("Join.join_type " + std::to_string(type));
  }
}

Result<PlanPtr> PlanTranslator::TranslateJoin(const spark::connect::Join& join) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr left, Translate(join.left()));
  ARROW_ASSIGN_OR_RAISE(PlanPtr right, Translate(join.right()));
  ARROW_ASSIGN_OR_RAISE(const JoinType type, ToJoinType(join.join_type()));
  if (join.using_columns_size() > 0) {
    return Join::Using(std::move(left), std::move(right), type,
                       {join.using_columns().begin(), join.using_columns().end()});
  }
  ExpressionPtr condition;
  if (join.has_join_condition()) {
    ARROW_ASSIGN_OR_RAISE(condition, Translate(join.join_condition()));
  }
  return std::make_shared<Join>(std::move(left), std::move(right), type, std::move(condition));
}

Result<PlanPtr> PlanTranslator::TranslateSetOperation(
    const spark::connect::SetOperation& operation) {
  using Protocol = spark::connect::SetOperation;
  ARROW_ASSIGN_OR_RAISE(PlanPtr left, Translate(operation.left_input()));
  ARROW_ASSIGN_OR_RAISE(PlanPtr right, Translate(operation.right_input()));
  switch (operation.set_op_type()) {
    case Protocol::SET_OP_TYPE_UNION: {
      PlanPtr plan = std::make_shared<Union>(
          std::vector<PlanPtr>{std::move(left), std::move(right)}, operation.by_name(),
          operation.allow_missing_columns());
      if (operation.is_all()) return plan;
      return std::make_shared<Distinct>(std::move(plan));
    }
    case Protocol::SET_OP_TYPE_INTERSECT:
      return std::make_shared<SetOperation>(SetOperation::Operation::kIntersect,
                                            operation.is_all(), std::move(left), std::move(right));
    case Protocol::SET_OP_TYPE_EXCEPT:
      return std::make_shared<SetOperation>(SetOperation::Operation::kExcept, operation.is_all(),
                                            std::move(left), std::move(right));
    default: return UnsupportedMessage("SetOperation.set_op_type");
  }
}

}  // namespace firesteel
