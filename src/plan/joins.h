#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

enum class JoinType {
  kInner,
  kCross,
  kLeftOuter,
  kRightOuter,
  kFullOuter,
  kLeftSemi,
  kLeftAnti,
  // Made by the optimizer of subqueries only.
  kExistence,   ///< the left columns, then whether there is a match
  kLeftSingle,  ///< left outer; a second match is the error SCALAR_SUBQUERY_TOO_MANY_ROWS
};

/// As in EXPLAIN: `LeftOuter`.
std::string_view ToString(JoinType type);
/// From what users write: `inner`, `left_outer`, `leftsemi`, … Errors: UNSUPPORTED_JOIN_TYPE.
Result<JoinType> ParseJoinType(std::string_view text);

/// Rows of two inputs side by side. Semi and anti joins give the left columns only; the outer side
/// that may be missing becomes nullable. Unresolved joins may say USING columns or NATURAL, which
/// analysis turns into a condition and a projection; in a resolved join no column id stands on both
/// sides.
class Join final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kJoin;
  /// `condition` is nullptr when there is none: every pair.
  Join(PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr condition);
  static PlanPtr Using(PlanPtr left, PlanPtr right, JoinType type,
                       std::vector<std::string> columns);
  static PlanPtr Natural(PlanPtr left, PlanPtr right, JoinType type);
  /// The right side may read columns of the left one (LATERAL).
  static PlanPtr Lateral(PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr condition);

  /// The left columns and `exists`: EXISTS and IN inside of OR, or in a SELECT list.
  static PlanPtr Existence(PlanPtr left, PlanPtr right, ExpressionPtr condition,
                           AttributePtr exists);

  const PlanPtr& left() const { return child(0); }
  const PlanPtr& right() const { return child(1); }
  JoinType type() const { return type_; }
  const ExpressionPtr& condition() const { return condition_; }
  const std::vector<std::string>& using_columns() const { return using_columns_; }
  bool natural() const { return natural_; }
  bool lateral() const { return lateral_; }
  const AttributePtr& exists() const { return exists_; }  ///< nullptr unless kExistence
  std::vector<AttributePtr> output() const override;
  std::vector<ExpressionPtr> expressions() const override;
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override;

 private:
  PlanPtr Copy(PlanPtr left, PlanPtr right, ExpressionPtr condition) const;

  JoinType type_;
  ExpressionPtr condition_;
  std::vector<std::string> using_columns_;
  bool natural_ = false;
  bool lateral_ = false;
  AttributePtr exists_;
};

}  // namespace firesteel
