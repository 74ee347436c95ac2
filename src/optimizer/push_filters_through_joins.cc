#include <utility>

#include "optimizer/conjunction.h"
#include "optimizer/rules.h"
#include "plan/attribute_set.h"
#include "plan/joins.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

using Conditions = std::vector<ExpressionPtr>;

/// What may be done on one side before the join: with conditions of a filter above it, and with
/// those of the join itself, which only decide what matches.
struct OpenSides {
  bool filter_left = false;
  bool filter_right = false;
  bool condition_left = false;
  bool condition_right = false;
  bool filter_joins = false;  ///< conditions of the filter may become ones of the join
};

OpenSides SidesOf(JoinType type) {
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross: return {true, true, true, true, true};
    case JoinType::kLeftOuter:
    case JoinType::kLeftAnti:
    case JoinType::kLeftSingle:
    case JoinType::kExistence: return {true, false, false, true, false};
    case JoinType::kRightOuter: return {false, true, true, false, false};
    case JoinType::kLeftSemi: return {true, false, true, true, false};
    case JoinType::kFullOuter: return {};
  }
  return {};
}

/// Sorts conditions by where they go.
class Distribution {
 public:
  explicit Distribution(const Join& join)
      : join_(join),
        sides_(SidesOf(join.type())),
        left_(join.left()->output()),
        right_(join.right()->output()) {}

  /// The conditions of the filter above. What follows one that differs each time stays with it.
  void AddFilter(const ExpressionPtr& condition) {
    bool deterministic = true;
    for (ExpressionPtr& part : SplitConjunction(condition)) {
      deterministic &= part->deterministic();
      const bool reads = !AttributeSet::References(part).empty();
      if (deterministic && reads && sides_.filter_left && ReadsOnly(part, left_)) {
        to_left_.push_back(std::move(part));
      } else if (deterministic && reads && sides_.filter_right && ReadsOnly(part, right_)) {
        to_right_.push_back(std::move(part));
      } else if (deterministic && sides_.filter_joins) {
        joining_.push_back(std::move(part));
        changed_ = true;
      } else {
        above_.push_back(std::move(part));
      }
    }
  }

  void AddCondition(const ExpressionPtr& condition) {
    for (ExpressionPtr& part : SplitConjunction(condition)) {
      const bool moves = part->deterministic() && !AttributeSet::References(part).empty();
      if (moves && sides_.condition_left && ReadsOnly(part, left_)) {
        to_left_.push_back(std::move(part));
      } else if (moves && sides_.condition_right && ReadsOnly(part, right_)) {
        to_right_.push_back(std::move(part));
      } else {
        own_.push_back(std::move(part));
      }
    }
  }

  /// The join with everything in its place; nullptr when nothing moves.
  Result<PlanPtr> Apply() {
    if (to_left_.empty() && to_right_.empty() && !changed_) return PlanPtr();
    own_.insert(own_.end(), joining_.begin(), joining_.end());
    ARROW_ASSIGN_OR_RAISE(PlanPtr left, FilterBy(to_left_, join_.left()));
    ARROW_ASSIGN_OR_RAISE(PlanPtr right, FilterBy(to_right_, join_.right()));
    ExpressionPtr condition;
    if (!own_.empty()) {
      ARROW_ASSIGN_OR_RAISE(condition, JoinConjunction(own_));
    }
    PlanPtr joined;
    if (join_.type() == JoinType::kExistence) {
      joined = Join::Existence(std::move(left), std::move(right), std::move(condition),
                               join_.exists());
    } else {
      const bool crosses = join_.type() == JoinType::kCross && condition != nullptr;
      joined = std::make_shared<Join>(std::move(left), std::move(right),
                                      crosses ? JoinType::kInner : join_.type(),
                                      std::move(condition));
    }
    return FilterBy(above_, std::move(joined));
  }

 private:
  const Join& join_;
  const OpenSides sides_;
  const AttributeSet left_;
  const AttributeSet right_;
  Conditions to_left_;
  Conditions to_right_;
  Conditions own_;
  Conditions joining_;
  Conditions above_;
  bool changed_ = false;
};

Result<PlanPtr> PushIntoJoin(const PlanPtr& node) {
  const auto* filter = As<Filter>(node);
  const auto* join = As<Join>(filter == nullptr ? node : filter->child());
  if (join == nullptr) return PlanPtr();
  Distribution distribution(*join);
  if (join->condition() != nullptr) distribution.AddCondition(join->condition());
  if (filter != nullptr) distribution.AddFilter(filter->condition());
  return distribution.Apply();
}

}  // namespace

Result<PlanPtr> PushFiltersThroughJoins(const PlanPtr& plan) {
  return TransformDown<LogicalPlan>(plan, PushIntoJoin);
}

}  // namespace firesteel
