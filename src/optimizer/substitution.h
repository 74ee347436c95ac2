#pragma once

#include <unordered_map>
#include <vector>

#include "expr/nodes.h"

namespace firesteel {

/// What columns stand for, by id: the values that a SELECT list below computes. Immutable.
class Substitution {
 public:
  Substitution() = default;
  /// Every alias in `named` stands for its child.
  explicit Substitution(const std::vector<ExpressionPtr>& named);
  void Add(ExprId id, ExpressionPtr value) { values_.insert_or_assign(id, std::move(value)); }

  /// Puts the values in the place of the columns.
  Result<ExpressionPtr> Apply(const ExpressionPtr& expression) const;
  /// As Apply, for an item of a list: it keeps its id, name and metadata.
  Result<ExpressionPtr> ApplyToNamed(const ExpressionPtr& named) const;

 private:
  std::unordered_map<ExprId, ExpressionPtr> values_;
};

}  // namespace firesteel
