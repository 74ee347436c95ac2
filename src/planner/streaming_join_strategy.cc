#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "exec/stateful/streaming_join.h"
#include "plan/attribute_set.h"
#include "plan/event_time.h"
#include "plan/join_times.h"
#include "planner/join_condition.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

using Attributes = std::vector<AttributePtr>;

Result<JoinKind> StreamingKindOf(const Join& join) {
  switch (join.type()) {
    case JoinType::kInner: return JoinKind::kInner;
    case JoinType::kLeftOuter: return JoinKind::kLeftOuter;
    case JoinType::kRightOuter: return JoinKind::kRightOuter;
    case JoinType::kFullOuter: return JoinKind::kFullOuter;
    case JoinType::kLeftSemi: return JoinKind::kLeftSemi;
    default: return InternalError("Two streams cannot be joined so: " + join.Describe());
  }
}

int EventTimeColumnOf(const Attributes& columns) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (WatermarkDelayMs(*columns[i])) return static_cast<int>(i);
  }
  return -1;
}

/// Plans one side: who leaves when, and the exchange by the keys.
class SidePlanner {
 public:
  SidePlanner(const Join& join, const JoinCondition& condition, bool is_left)
      : join_(join),
        condition_(condition),
        is_left_(is_left),
        columns_((is_left ? join.left() : join.right())->output()),
        other_columns_((is_left ? join.right() : join.left())->output()) {}

  Result<PlannedStreamJoin::Side> PlanState() const {
    PlannedStreamJoin::Side side;
    for (const JoinCondition::Key& key : condition_.keys) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound,
                            BindReferences(is_left_ ? key.left : key.right, columns_));
      side.keys.push_back(std::move(bound));
    }
    side.event_time_column = EventTimeColumnOf(columns_);
    if (side.event_time_column >= 0) {
      AttributePtr bounded;
      side.state_offset_ms = StateWatermarkOffsetMs(JoinConjuncts(join_.condition()), columns_,
                                                    other_columns_, &bounded);
      // A bound of another time of this side says nothing about its event time.
      if (bounded && bounded->id() != columns_[side.event_time_column]->id()) {
        side.state_offset_ms.reset();
      }
    }
    std::vector<ExpressionPtr> own;
    for (const ExpressionPtr& part : condition_.others) {
      if (IsOwn(part)) own.push_back(part);
    }
    ARROW_ASSIGN_OR_RAISE(side.condition, JoinByAnd(own));
    if (side.condition) {
      ARROW_ASSIGN_OR_RAISE(side.condition, BindReferences(side.condition, columns_));
    }
    return side;
  }

  /// Whether a condition reads this side only.
  bool IsOwn(const ExpressionPtr& part) const {
    return part->deterministic() && ReadsOnly(part, AttributeSet(columns_));
  }

  Result<PhysicalPlanPtr> PlanInput(const PlannedStreamJoin::Side& side,
                                    const StateOptions& options, Planning* planning) const {
    ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr input,
                          planning->Plan(is_left_ ? join_.left() : join_.right()));
    if (side.event_time_column >= 0) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr event_time,
                            BindReferences(columns_[side.event_time_column], columns_));
      input = planning->WithLateRowsKept(std::move(input), std::move(event_time),
                                         options.operator_id, is_left_ ? "left" : "right");
    }
    return NewHashExchange(std::move(input), side.keys, options.shuffle_partitions);
  }

  const Attributes& columns() const { return columns_; }

 private:
  const Join& join_;
  const JoinCondition& condition_;
  const bool is_left_;
  const Attributes columns_;
  const Attributes other_columns_;
};

/// The position of the first key that is an event time on one of the sides; -1 for none.
int EventTimeKeyOf(const JoinCondition& condition) {
  for (size_t i = 0; i < condition.keys.size(); ++i) {
    for (const ExpressionPtr& key : {condition.keys[i].left, condition.keys[i].right}) {
      const auto* column = As<Attribute>(key);
      if (column != nullptr && WatermarkDelayMs(*column)) return static_cast<int>(i);
    }
  }
  return -1;
}

}  // namespace

Result<PhysicalPlanPtr> PlanStreamingJoin(const PlanPtr& plan, Planning* planning) {
  const auto* join = As<Join>(plan);
  if (join == nullptr || !join->left()->is_streaming() || !join->right()->is_streaming()) {
    return nullptr;
  }
  const JoinCondition condition = JoinCondition::Of(*join);
  if (condition.keys.empty() || join->type() == JoinType::kCross) {
    return MakeError("_LEGACY_ERROR_TEMP_3102",
                     {{"msg", "A join of two streams needs an equality and must not be a cross "
                              "join: " + join->Describe()}});
  }
  PlannedStreamJoin planned;
  ARROW_ASSIGN_OR_RAISE(planned.kind, StreamingKindOf(*join));
  planned.event_time_key = EventTimeKeyOf(condition);
  if (planned.event_time_key < 0) {
    // Rows are kept by a time of their own, not by that of the key: there must be one.
    ARROW_RETURN_NOT_OK(EventTimeColumn(*join->left()).status());
    ARROW_RETURN_NOT_OK(EventTimeColumn(*join->right()).status());
  }
  const SidePlanner left(*join, condition, true);
  const SidePlanner right(*join, condition, false);
  ARROW_ASSIGN_OR_RAISE(planned.left, left.PlanState());
  ARROW_ASSIGN_OR_RAISE(planned.right, right.PlanState());
  std::vector<ExpressionPtr> of_pairs;
  for (const ExpressionPtr& part : condition.others) {
    if (!left.IsOwn(part) && !right.IsOwn(part)) of_pairs.push_back(part);
  }
  ARROW_ASSIGN_OR_RAISE(planned.condition, JoinByAnd(of_pairs));
  if (planned.condition) {
    Attributes columns = left.columns();
    columns.insert(columns.end(), right.columns().begin(), right.columns().end());
    ARROW_ASSIGN_OR_RAISE(planned.condition, BindReferences(planned.condition, columns));
  }
  StateOptions options = planning->NextStateOptions();
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr left_input,
                        left.PlanInput(planned.left, options, planning));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr right_input,
                        right.PlanInput(planned.right, options, planning));
  return NewStreamingJoin(std::move(left_input), std::move(right_input), std::move(planned),
                          plan->schema(), std::move(options));
}

}  // namespace firesteel
