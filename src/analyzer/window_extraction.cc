#include "analyzer/window_extraction.h"

#include <algorithm>
#include <utility>

#include "analyzer/resolve_expression.h"
#include "plan/semantic_equality.h"
#include "plan/windows.h"

namespace firesteel {

namespace {

bool SameAll(const std::vector<ExpressionPtr>& a, const std::vector<ExpressionPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ExpressionPtr& left, const ExpressionPtr& right) {
                      return SemanticallyEqual(*left, *right);
                    });
}

}  // namespace

bool HasWindow(const ExpressionPtr& expression) {
  return HasKind(expression, ExpressionKind::kWindow);
}

bool HasWindowBelow(const Expression& expression) {
  return std::any_of(expression.children().begin(), expression.children().end(), HasWindow);
}

std::vector<ExpressionPtr> WindowExtraction::Take(std::vector<ExpressionPtr> list) {
  while (std::any_of(list.begin(), list.end(), HasWindow)) {
    for (ExpressionPtr& item : list) item = TakeInnermost(item);
    AddNodes();
  }
  return list;
}

ExpressionPtr WindowExtraction::TakeInnermost(const ExpressionPtr& expression) {
  const auto* window = As<WindowExpression>(expression);
  if (window != nullptr && !HasWindowBelow(*window)) return ColumnOf(*window);
  std::vector<ExpressionPtr> children;
  bool changed = false;
  for (const ExpressionPtr& child : expression->children()) {
    children.push_back(TakeInnermost(child));
    changed |= children.back() != child;
  }
  return changed ? expression->WithNewChildren(std::move(children)) : expression;
}

ExpressionPtr WindowExtraction::ColumnOf(const WindowExpression& window) {
  for (const ExpressionPtr& known : known_) {
    if (SemanticallyEqual(*known, window)) return ToAttribute(known);
  }
  ExpressionPtr alias = std::make_shared<Alias>(window.shared_from_this(), window.Sql());
  known_.push_back(alias);
  const std::vector<ExpressionPtr> partition = window.partition();
  const std::vector<ExpressionPtr> order = window.order();
  auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& candidate) {
    return SameAll(candidate.partition, partition) && SameAll(candidate.order, order);
  });
  if (group == groups_.end()) {
    groups_.push_back({partition, order, {}});
    group = groups_.end() - 1;
  }
  group->functions.push_back(alias);
  return ToAttribute(alias);
}

void WindowExtraction::AddNodes() {
  for (Group& group : groups_) {
    plan_ = std::make_shared<ComputeWindows>(std::move(group.functions), std::move(group.partition),
                                     std::move(group.order), std::move(plan_));
  }
  groups_.clear();
}

}  // namespace firesteel
