#include "plan/collect_metrics.h"

#include <algorithm>
#include <utility>

namespace firesteel {

CollectMetrics::CollectMetrics(std::string name, std::vector<ExpressionPtr> metrics,
                               int64_t node_id, MetricsReceiver receiver, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      name_(std::move(name)),
      metrics_(std::move(metrics)),
      node_id_(node_id),
      receiver_(std::move(receiver)) {}

Schema CollectMetrics::MetricsSchema() const {
  std::vector<StructField> fields;
  for (const ExpressionPtr& metric : metrics_) fields.push_back(ToAttribute(metric)->AsField());
  return Schema(std::move(fields));
}

PlanPtr CollectMetrics::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<CollectMetrics>(name_, std::move(expressions), node_id_, receiver_,
                                          child());
}

PlanPtr CollectMetrics::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<CollectMetrics>(name_, metrics_, node_id_, receiver_,
                                          std::move(children[0]));
}

std::string CollectMetrics::Describe() const {
  std::string list;
  for (const ExpressionPtr& metric : metrics_) {
    list += (list.empty() ? "" : ", ") + metric->ToString();
  }
  return "CollectMetrics " + name_ + ", [" + list + "]";
}

bool CollectMetrics::SelfResolved() const {
  return std::all_of(metrics_.begin(), metrics_.end(),
                     [](const ExpressionPtr& metric) { return IsNamed(*metric); });
}

}  // namespace firesteel
