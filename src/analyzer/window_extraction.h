#pragma once

#include <utility>
#include <vector>

#include "expr/window.h"
#include "plan/logical_plan.h"

namespace firesteel {

bool HasWindow(const ExpressionPtr& expression);
/// Whether anything below the expression itself is a window.
bool HasWindowBelow(const Expression& expression);

/// Puts the windows of a list into Window nodes above a plan: one node for all that share
/// partitions and order, and windows that read others above these. Not thread-safe.
class WindowExtraction {
 public:
  explicit WindowExtraction(PlanPtr plan) : plan_(std::move(plan)) {}

  /// The list with columns in the place of windows.
  std::vector<ExpressionPtr> Take(std::vector<ExpressionPtr> list);

  /// The plan that gives the columns.
  const PlanPtr& plan() const { return plan_; }

 private:
  struct Group {
    std::vector<ExpressionPtr> partition;
    std::vector<ExpressionPtr> order;
    std::vector<ExpressionPtr> functions;
  };

  ExpressionPtr TakeInnermost(const ExpressionPtr& expression);
  ExpressionPtr ColumnOf(const WindowExpression& window);
  void AddNodes();

  PlanPtr plan_;
  std::vector<Group> groups_;         // of the nodes to come
  std::vector<ExpressionPtr> known_;  // Aliases of windows
};

}  // namespace firesteel
