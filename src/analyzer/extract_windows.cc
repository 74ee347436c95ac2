#include <algorithm>
#include <utility>

#include "analyzer/grouping_view.h"
#include "analyzer/rules.h"
#include "analyzer/split_aggregation.h"
#include "analyzer/window_extraction.h"
#include "common/error.h"
#include "plan/attribute_set.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

/// An aggregate function cannot read a window, unless it is itself the function of one.
Status CheckNoAggregateOverWindow(const ExpressionPtr& expression) {
  if (expression->kind() == ExpressionKind::kAggregate && HasWindowBelow(*expression)) {
    return MakeError("_LEGACY_ERROR_TEMP_1031");
  }
  const bool is_window = expression->kind() == ExpressionKind::kWindow;
  for (size_t i = 0; i < expression->children().size(); ++i) {
    const ExpressionPtr& child = expression->children()[i];
    if (i > 0 || !is_window) {
      ARROW_RETURN_NOT_OK(CheckNoAggregateOverWindow(child));
      continue;
    }
    for (const ExpressionPtr& argument : child->children()) {
      ARROW_RETURN_NOT_OK(CheckNoAggregateOverWindow(argument));
    }
  }
  return Status::OK();
}

/// Columns that are neither keys nor aggregated: the aggregation is to give them, which its check
/// refuses.
void AddUngrouped(const std::vector<ExpressionPtr>& above, std::vector<ExpressionPtr>* below) {
  AttributeSet given;
  for (const ExpressionPtr& item : *below) given.Add(ToAttribute(item)->id());
  for (const ExpressionPtr& item : above) {
    ForEach<Expression>(item, [&](const ExpressionPtr& e) {
      const auto* column = As<Attribute>(e);
      if (column == nullptr || given.Contains(column->id())) return;
      given.Add(column->id());
      below->push_back(e);
    });
  }
}

/// Windows over groups are computed above the aggregation, which gives what they read.
Result<PlanPtr> SplitWindowedAggregate(const Aggregate& aggregate) {
  const GroupingView view(aggregate);
  std::vector<ExpressionPtr> below;
  for (const ExpressionPtr& item : aggregate.output_list()) {
    ARROW_RETURN_NOT_OK(CheckNoAggregateOverWindow(item));
    if (!HasWindow(item)) below.push_back(item);
  }
  std::vector<ExpressionPtr> above;
  for (const ExpressionPtr& item : aggregate.output_list()) {
    above.push_back(HasWindow(item) ? item->WithNewChildren(
                                          {TakeAggregationOut(item->child(0), view, &below)})
                                    : ToAttribute(item));
  }
  AddUngrouped(above, &below);
  return PlanPtr(std::make_shared<Project>(
      std::move(above), std::make_shared<Aggregate>(aggregate.grouping(), std::move(below),
                                                    aggregate.child())));
}

bool HasWindows(const std::vector<ExpressionPtr>& list) {
  return std::any_of(list.begin(), list.end(), HasWindow) &&
         std::all_of(list.begin(), list.end(), [](const ExpressionPtr& item) {
           return item->resolved() && IsNamed(*item);
         });
}

}  // namespace

Result<PlanPtr> ExtractWindows(const PlanPtr& node, Resolver*) {
  if (const auto* aggregate = As<Aggregate>(node)) {
    const std::vector<ExpressionPtr>& keys = aggregate->grouping();
    // Groups by a window are refused by the checks: it cannot be computed above them.
    const bool known = std::all_of(keys.begin(), keys.end(), [](const ExpressionPtr& key) {
      return key->resolved() && !HasWindow(key);
    });
    return known && HasWindows(aggregate->output_list()) ? SplitWindowedAggregate(*aggregate)
                                                         : node;
  }
  const auto* project = As<Project>(node);
  if (project == nullptr || !HasWindows(project->list())) return node;
  WindowExtraction extraction(project->child());
  std::vector<ExpressionPtr> list = extraction.Take(project->list());
  return PlanPtr(std::make_shared<Project>(std::move(list), extraction.plan()));
}

}  // namespace firesteel
