#include "analyzer/split_aggregation.h"

#include <utility>

#include "expr/window.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

/// The column that gives a value, a new one if there is none.
ExpressionPtr ColumnOf(const ExpressionPtr& value, std::vector<ExpressionPtr>* below) {
  for (const ExpressionPtr& item : *below) {
    if (SemanticallyEqual(*item, *value)) return ToAttribute(item);
  }
  ExpressionPtr item = value;
  if (!IsNamed(*item)) item = std::make_shared<Alias>(item, item->Sql());
  below->push_back(item);
  return ToAttribute(item);
}

ExpressionPtr TakeFromChildren(const ExpressionPtr& expression, const GroupingView& view,
                               std::vector<ExpressionPtr>* below) {
  std::vector<ExpressionPtr> children;
  bool changed = false;
  const bool is_window = expression->kind() == ExpressionKind::kWindow;
  for (const ExpressionPtr& child : expression->children()) {
    const bool is_function = is_window && children.empty();
    children.push_back(is_function ? TakeFromChildren(child, view, below)
                                   : TakeAggregationOut(child, view, below));
    changed |= children.back() != child;
  }
  return changed ? expression->WithNewChildren(std::move(children)) : expression;
}

}  // namespace

ExpressionPtr TakeAggregationOut(const ExpressionPtr& expression, const GroupingView& view,
                                 std::vector<ExpressionPtr>* below) {
  if (expression->kind() == ExpressionKind::kAggregate) return ColumnOf(expression, below);
  if (const ExpressionPtr key = view.GroupOf(expression)) return ColumnOf(key, below);
  return TakeFromChildren(expression, view, below);
}

}  // namespace firesteel
