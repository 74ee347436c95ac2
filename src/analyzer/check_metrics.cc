#include "analyzer/check_metrics.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "common/error.h"
#include "expr/aggregate.h"
#include "functions/binding.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

/// What is wrong with one part of a metric, without its children; "" if nothing is.
std::string_view FaultOf(const Expression& part, bool in_aggregate) {
  switch (part.kind()) {
    case ExpressionKind::kWindow:
      return "WINDOW_EXPRESSIONS_UNSUPPORTED";
    case ExpressionKind::kAggregate: {
      if (in_aggregate) return "NESTED_AGGREGATES_UNSUPPORTED";
      const auto& call = *As<AggregateCall>(part);
      if (call.distinct()) return "AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED";
      return call.has_filter() ? "AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED" : "";
    }
    case ExpressionKind::kAttribute:
      return in_aggregate ? "" : "NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE";
    default:
      return "";
  }
}

/// Whether the part itself, rather than something below it, gives another value each time.
bool DiffersEachTime(const Expression& part) {
  if (part.deterministic()) return false;
  for (const ExpressionPtr& child : part.children()) {
    if (!child->deterministic()) return false;
  }
  return true;
}

/// Whether a function of the user wants the value of an aggregate.
bool CallsUserOfAggregate(const Expression& part) {
  if (part.kind() != ExpressionKind::kUserCall) return false;
  return std::any_of(part.children().begin(), part.children().end(),
                     [](const ExpressionPtr& argument) {
                       return Exists<Expression>(argument, [](const Expression& below) {
                         return below.kind() == ExpressionKind::kAggregate;
                       });
                     });
}

Status CheckMetric(const Expression& metric, const Expression& part, bool in_aggregate) {
  std::string_view fault = FaultOf(part, in_aggregate);
  if (fault.empty() && !in_aggregate && DiffersEachTime(part)) {
    fault = "NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC";
  }
  if (!fault.empty()) {
    return MakeError("INVALID_OBSERVED_METRICS." + std::string(fault),
                     {{"expr", Quoted(metric.Sql())}});
  }
  const bool below_aggregate = in_aggregate || part.kind() == ExpressionKind::kAggregate;
  for (const ExpressionPtr& child : part.children()) {
    ARROW_RETURN_NOT_OK(CheckMetric(metric, *child, below_aggregate));
  }
  return Status::OK();
}

Status CheckNames(const LogicalPlan& plan, std::map<std::string, int64_t>* node_ids) {
  if (const auto* metrics = As<CollectMetrics>(plan)) {
    const auto [known, added] = node_ids->emplace(metrics->name(), metrics->node_id());
    if (!added && known->second != metrics->node_id()) {
      return MakeError("DUPLICATED_METRICS_NAME", {{"metricName", metrics->name()}});
    }
  }
  for (const ExpressionPtr& expression : plan.expressions()) {
    Status status;
    ForEach<Expression>(expression, [&](const ExpressionPtr& e) {
      const auto* subquery = As<SubqueryExpression>(e);
      if (subquery != nullptr && status.ok()) status = CheckNames(*subquery->plan(), node_ids);
    });
    ARROW_RETURN_NOT_OK(status);
  }
  for (const PlanPtr& child : plan.children()) ARROW_RETURN_NOT_OK(CheckNames(*child, node_ids));
  return Status::OK();
}

}  // namespace

Status CheckMetrics(const CollectMetrics& node) {
  if (node.name().empty()) {
    return MakeError("INVALID_OBSERVED_METRICS.MISSING_NAME", {{"operator", node.Describe()}});
  }
  for (const ExpressionPtr& metric : node.metrics()) {
    if (Exists<Expression>(metric, CallsUserOfAggregate)) {
      return Status::NotImplemented(
          "Functions of Python cannot be called with aggregates of an "
          "observation: ",
          metric->Sql());
    }
    ARROW_RETURN_NOT_OK(CheckMetric(*metric, *metric, /*in_aggregate=*/false));
  }
  return Status::OK();
}

Status CheckMetricNames(const PlanPtr& plan) {
  std::map<std::string, int64_t> node_ids;
  return CheckNames(*plan, &node_ids);
}

}  // namespace firesteel
