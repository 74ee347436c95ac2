#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "expr/expression.h"
#include "expr/unresolved.h"

namespace firesteel {

/// Which rows around the current one a window function sees. A bound that says PRECEDING or
/// FOLLOWING has an offset, a child of the expression.
struct WindowFrame {
  enum class Unit { kRows, kRange };
  enum class Bound {
    kUnboundedPreceding,
    kPreceding,
    kCurrentRow,
    kFollowing,
    kUnboundedFollowing,
  };
  Unit unit = Unit::kRange;
  Bound lower = Bound::kUnboundedPreceding;
  Bound upper = Bound::kCurrentRow;
  std::string time_zone = "";  ///< where offsets in months are added; set by analysis
  bool operator==(const WindowFrame&) const = default;

  static bool HasOffset(Bound bound) {
    return bound == Bound::kPreceding || bound == Bound::kFollowing;
  }
};

/// `function OVER (PARTITION BY … ORDER BY … ROWS BETWEEN … AND …)`. What front ends make: `function`
/// is an UnresolvedFunction, `order` holds SortOrders, the frame is left out where the user gives
/// none, and its offsets are constants of any type. In SQL `n PRECEDING` is kPreceding with n; the
/// DataFrame API has signed numbers, all of them kFollowing: rowsBetween(-1, 0) is kFollowing with
/// -1 to kCurrentRow. This form is stable. Analysis gives every window a frame, and takes the
/// expression out of the list it stands in into a Window plan. Resolved when all children are and
/// the frame is there. Children: the function, the
/// partition expressions, the SortOrders, then the offsets of the lower and of the upper bound where
/// these have one.
class WindowExpression final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kWindow;
  /// `offsets`: as many as bounds of `frame` that have one.
  WindowExpression(ExpressionPtr function, std::vector<ExpressionPtr> partition,
                   std::vector<ExpressionPtr> order, std::optional<WindowFrame> frame,
                   std::vector<ExpressionPtr> offsets, Origin origin = {},
                   Origin specification = {});
  const ExpressionPtr& function() const { return child(0); }
  std::vector<ExpressionPtr> partition() const;
  std::vector<ExpressionPtr> order() const;
  const std::optional<WindowFrame>& frame() const { return frame_; }
  ExpressionPtr lower_offset() const;  ///< nullptr when the bound has none
  ExpressionPtr upper_offset() const;
  const Origin& origin() const { return origin_; }
  /// Where what follows OVER stands.
  const Origin& specification() const { return specification_; }
  /// What follows OVER, and the frame alone, as in error messages.
  std::string SpecificationSql() const;
  std::string FrameSql() const;
  /// The same window with this frame.
  ExpressionPtr WithFrame(WindowFrame frame, std::vector<ExpressionPtr> offsets) const;
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  std::string Specification(const std::vector<std::string>& children) const;
  std::string FrameText(const std::vector<std::string>& children) const;

  size_t partition_size_;
  size_t order_size_;
  std::optional<WindowFrame> frame_;
  Origin origin_;
  Origin specification_;
};

}  // namespace firesteel
