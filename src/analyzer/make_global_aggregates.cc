#include <algorithm>
#include <utility>

#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "plan/operators.h"

namespace firesteel {

Result<PlanPtr> MakeGlobalAggregates(const PlanPtr& node, Resolver*) {
  const auto* project = As<Project>(node);
  if (project == nullptr) return node;
  const bool aggregates = std::any_of(
      project->list().begin(), project->list().end(), [](const ExpressionPtr& expression) {
        return HasKind(expression, ExpressionKind::kAggregate) && HasAggregate(expression);
      });
  if (!aggregates) return node;
  return PlanPtr(std::make_shared<Aggregate>(std::vector<ExpressionPtr>(), project->list(),
                                             project->child()));
}

}  // namespace firesteel
