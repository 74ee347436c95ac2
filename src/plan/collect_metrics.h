#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "firesteel/row.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// Takes what one run of a batch query has observed in one place, or why the run failed. A row of
/// no columns stands for a place that the optimizer found to have no rows and left out. May be
/// called from any thread.
using MetricsReceiver = std::function<void(const Result<Row>& metrics)>;

/// observe(name, metrics…): passes its rows on and aggregates those that come by. What is pushed
/// down stays above it: it sees the rows of this place, not fewer.
class CollectMetrics final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kCollectMetrics;
  /// `node_id` stays the same through all rewrites: an observation that occurs twice in a plan (a
  /// frame joined with itself) is one. `receiver` may be empty.
  CollectMetrics(std::string name, std::vector<ExpressionPtr> metrics, int64_t node_id,
                 MetricsReceiver receiver, PlanPtr child);
  const std::string& name() const { return name_; }
  /// Aggregates, and expressions of them; named once resolved.
  const std::vector<ExpressionPtr>& metrics() const { return metrics_; }
  int64_t node_id() const { return node_id_; }
  const MetricsReceiver& receiver() const { return receiver_; }
  /// The columns of the row that is observed. Requires resolved().
  Schema MetricsSchema() const;
  std::vector<AttributePtr> output() const override { return child()->output(); }
  std::vector<ExpressionPtr> expressions() const override { return metrics_; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override;

 private:
  std::string name_;
  std::vector<ExpressionPtr> metrics_;
  int64_t node_id_;
  MetricsReceiver receiver_;
};

}  // namespace firesteel
