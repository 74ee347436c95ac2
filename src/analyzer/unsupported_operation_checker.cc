#include "analyzer/unsupported_operation_checker.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "expr/aggregate.h"
#include "expr/function.h"
#include "plan/operators.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

/// Marks the event-time column of a watermark, see Attribute.
constexpr std::string_view kWatermarkKey = "\"spark.watermarkDelayMs\"";

bool IsStreamingAggregate(const LogicalPlan& node) {
  return node.kind() == PlanKind::kAggregate && node.is_streaming();
}

int CountStreamingAggregates(const LogicalPlan& plan) {
  int count = IsStreamingAggregate(plan) ? 1 : 0;
  for (const PlanPtr& child : plan.children()) count += CountStreamingAggregates(*child);
  return count;
}

bool HasWatermark(const Expression& expression) {
  const auto* column = As<Attribute>(expression);
  return column != nullptr && column->metadata().find(kWatermarkKey) != std::string::npos;
}

/// Whether the groups of an aggregation come to an end: one of its keys is an event time, or an
/// expression that the list gives out as one (a window).
bool GroupsByWatermark(const Aggregate& aggregate) {
  for (const ExpressionPtr& key : aggregate.grouping()) {
    if (HasWatermark(*key)) return true;
    for (const ExpressionPtr& item : aggregate.output_list()) {
      if (SemanticallyEqual(*key, *item) && HasWatermark(*ToAttribute(item))) return true;
    }
  }
  return false;
}

bool AnyNode(const LogicalPlan& plan, bool (*matches)(const LogicalPlan&)) {
  return matches(plan) ||
         std::any_of(plan.children().begin(), plan.children().end(),
                     [matches](const PlanPtr& child) { return AnyNode(*child, matches); });
}

bool AnyExpression(const LogicalPlan& node, bool (*matches)(const Expression&)) {
  const std::vector<ExpressionPtr> expressions = node.expressions();
  return std::any_of(expressions.begin(), expressions.end(),
                     [matches](const ExpressionPtr& expression) {
                       return Exists<Expression>(expression, matches);
                     });
}

enum class Refusal {
  kOperation,   // what a stream cannot do in this place: _LEGACY_ERROR_TEMP_3102
  kOutputMode,  // what this output mode cannot do: STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION
};

/// One thing that a streaming query cannot do. `refuses` looks at the whole plan for rules of the
/// plan, at each streaming node for rules of a node.
struct UnsupportedOperation {
  bool (*refuses)(const LogicalPlan& node, OutputMode mode);
  Refusal refusal;
  std::string_view what;
};

// Rules of the whole plan, in the order in which they are reported.
constexpr UnsupportedOperation kPlanRules[] = {
    {[](const LogicalPlan& plan, OutputMode mode) {
       return mode != OutputMode::kAppend && CountStreamingAggregates(plan) > 1;
     },
     Refusal::kOperation, "More than one aggregation of a stream needs the output mode append."},
    {[](const LogicalPlan& plan, OutputMode mode) {
       return mode == OutputMode::kAppend && AnyNode(plan, [](const LogicalPlan& node) {
                return IsStreamingAggregate(node) && !GroupsByWatermark(*As<Aggregate>(node));
              });
     },
     Refusal::kOutputMode, "aggregations of a stream without a watermark"},
    {[](const LogicalPlan& plan, OutputMode mode) {
       return mode == OutputMode::kComplete && CountStreamingAggregates(plan) == 0;
     },
     Refusal::kOutputMode, "queries without an aggregation of a stream"},
};

// Rules of one node that reads a stream.
constexpr UnsupportedOperation kNodeRules[] = {
    {[](const LogicalPlan& node, OutputMode mode) {
       return node.kind() == PlanKind::kSort &&
              (mode != OutputMode::kComplete || CountStreamingAggregates(node) == 0);
     },
     Refusal::kOperation,
     "A stream can be sorted only after an aggregation and in the output mode complete."},
    {[](const LogicalPlan& node, OutputMode mode) {
       return node.kind() == PlanKind::kLimit && mode == OutputMode::kUpdate;
     },
     Refusal::kOperation, "A stream cannot be limited in the output mode update."},
    {[](const LogicalPlan& node, OutputMode) {
       return node.kind() == PlanKind::kUnion &&
              std::any_of(node.children().begin(), node.children().end(),
                          [](const PlanPtr& child) { return !child->is_streaming(); });
     },
     Refusal::kOperation, "The union of a stream with a static table is not supported."},
    {[](const LogicalPlan& node, OutputMode) {
       return IsStreamingAggregate(node) && AnyExpression(node, [](const Expression& expression) {
                const auto* call = As<AggregateCall>(expression);
                return call != nullptr && call->distinct();
              });
     },
     Refusal::kOperation, "Aggregations of distinct values of a stream are not supported."},
    {[](const LogicalPlan& node, OutputMode) {
       return AnyExpression(node, [](const Expression& expression) {
         const auto* call = As<ScalarFunction>(expression);
         return call != nullptr && call->name() == "monotonically_increasing_id";
       });
     },
     Refusal::kOperation, "monotonically_increasing_id() is not supported on a stream."},
};

std::string_view NameOf(OutputMode mode) {
  switch (mode) {
    case OutputMode::kAppend: return "append";
    case OutputMode::kUpdate: return "update";
    case OutputMode::kComplete: return "complete";
  }
  return "";
}

Status Check(const UnsupportedOperation& rule, const LogicalPlan& node, OutputMode mode) {
  if (!rule.refuses(node, mode)) return Status::OK();
  if (rule.refusal == Refusal::kOutputMode) {
    return MakeError(
        "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
        {{"outputMode", std::string(NameOf(mode))}, {"operation", std::string(rule.what)}});
  }
  return MakeError("_LEGACY_ERROR_TEMP_3102", {{"msg", std::string(rule.what)}});
}

Status CheckNodes(const LogicalPlan& node, OutputMode mode) {
  // What is below comes first, as it is done first.
  for (const PlanPtr& child : node.children()) ARROW_RETURN_NOT_OK(CheckNodes(*child, mode));
  if (!node.is_streaming()) return Status::OK();
  for (const UnsupportedOperation& rule : kNodeRules) ARROW_RETURN_NOT_OK(Check(rule, node, mode));
  return Status::OK();
}

}  // namespace

Status CheckForBatch(const PlanPtr& plan) {
  if (!plan->is_streaming()) return Status::OK();
  return MakeError("_LEGACY_ERROR_TEMP_3102",
                   {{"msg", "A query that reads a stream is run with writeStream.start()."}});
}

Status CheckForStreaming(const PlanPtr& plan, OutputMode mode) {
  for (const UnsupportedOperation& rule : kPlanRules) ARROW_RETURN_NOT_OK(Check(rule, *plan, mode));
  return CheckNodes(*plan, mode);
}

}  // namespace firesteel
