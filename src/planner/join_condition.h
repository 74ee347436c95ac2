#pragma once

#include <vector>

#include "plan/joins.h"

namespace firesteel {

/// A join's condition taken apart: what equals what, and everything else.
struct JoinCondition {
  struct Key {
    ExpressionPtr left;
    ExpressionPtr right;
    bool null_safe = false;
  };
  std::vector<Key> keys;
  std::vector<ExpressionPtr> others;
  /// NOT IN: the one key that there is may be unknown.
  bool null_aware = false;

  static JoinCondition Of(const Join& join);
};

/// Joins conditions by AND; nullptr for none.
Result<ExpressionPtr> JoinByAnd(const std::vector<ExpressionPtr>& parts);

}  // namespace firesteel
