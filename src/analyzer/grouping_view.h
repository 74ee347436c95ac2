#pragma once

#include <vector>

#include "plan/operators.h"
#include "plan/queries.h"

namespace firesteel {

class Resolver;

/// What an aggregation's groups look like from above: its keys, and where GROUPING SETS put an
/// Expand below it, the expressions that the Expand's columns stand for. Keeps references to the
/// aggregation.
class GroupingView {
 public:
  explicit GroupingView(const Aggregate& aggregate);

  /// The columns that arguments of aggregate functions read.
  const std::vector<AttributePtr>& row_columns() const { return row_columns_; }
  /// The keys that are columns.
  const std::vector<AttributePtr>& group_columns() const { return group_columns_; }
  /// The key with this value; nullptr when it is none. Constants are keys of nothing.
  ExpressionPtr GroupOf(const ExpressionPtr& expression) const;
  /// grouping(a) and grouping_id(a, …) as expressions over the id of the grouping set. Errors:
  /// GROUPING_COLUMN_MISMATCH, GROUPING_ID_COLUMN_MISMATCH.
  Result<ExpressionPtr> ReplaceGroupingCalls(const ExpressionPtr& expression,
                                             const Resolver& resolver) const;

 private:
  /// A key and the expression of the query that it stands for.
  struct Key {
    ExpressionPtr key;
    ExpressionPtr meaning;
  };
  Result<ExpressionPtr> GroupingCall(const UnresolvedFunction& call,
                                     const Resolver& resolver) const;
  int KeyIndex(const ExpressionPtr& expression) const;

  std::vector<Key> keys_;  // without the id of the grouping set
  AttributePtr grouping_id_;
  std::vector<AttributePtr> row_columns_;
  std::vector<AttributePtr> group_columns_;
};

/// The column of an Expand that numbers the grouping sets.
inline constexpr char kGroupingIdColumn[] = "spark_grouping_id";

/// Whether the expression is the word ALL, as in GROUP BY ALL.
bool IsAllKeyword(const ExpressionPtr& expression);

}  // namespace firesteel
