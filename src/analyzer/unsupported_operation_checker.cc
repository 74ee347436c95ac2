#include "analyzer/unsupported_operation_checker.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "expr/aggregate.h"
#include "expr/function.h"
#include "plan/deduplicate.h"
#include "plan/event_time.h"
#include "plan/join_times.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/semantic_equality.h"
#include "plan/subqueries.h"
#include "plan/windows.h"

namespace firesteel {

namespace {

/// DISTINCT keeps the groups of all columns, as an aggregation does.
bool IsStreamingAggregate(const LogicalPlan& node) {
  return (node.kind() == PlanKind::kAggregate || node.kind() == PlanKind::kDistinct) &&
         node.is_streaming();
}

int CountStreamingAggregates(const LogicalPlan& plan) {
  int count = IsStreamingAggregate(plan) ? 1 : 0;
  for (const PlanPtr& child : plan.children()) count += CountStreamingAggregates(*child);
  return count;
}

/// The streaming aggregation that no other one follows; nullptr for none.
const LogicalPlan* LastStreamingAggregate(const LogicalPlan& plan) {
  if (IsStreamingAggregate(plan)) return &plan;
  for (const PlanPtr& child : plan.children()) {
    if (const LogicalPlan* found = LastStreamingAggregate(*child)) return found;
  }
  return nullptr;
}

bool HasWatermark(const Expression& expression) {
  const auto* column = As<Attribute>(expression);
  return column != nullptr && WatermarkDelayMs(*column).has_value();
}

/// Whether the groups of an aggregation come to an end: one of its keys is an event time, or an
/// expression that the list gives out as one (a window).
bool GroupsByWatermark(const LogicalPlan& node) {
  if (node.kind() == PlanKind::kDistinct) {
    const std::vector<AttributePtr> columns = node.output();
    return std::any_of(columns.begin(), columns.end(),
                       [](const AttributePtr& column) { return HasWatermark(*column); });
  }
  const Aggregate& aggregate = *As<Aggregate>(node);
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

/// Whether a join gives out rows that found no partner on this side.
bool KeepsUnmatched(JoinType type, int side) {
  if (type == JoinType::kFullOuter) return true;
  return side == 0 ? type == JoinType::kLeftOuter || type == JoinType::kLeftAnti
                   : type == JoinType::kRightOuter;
}

/// A static side whose rows without partner are wanted would have to wait for the end of the
/// stream; so would a semi join of a static side.
bool WaitsForStream(const LogicalPlan& node) {
  const auto* join = As<Join>(node);
  if (join == nullptr || join->left()->is_streaming() == join->right()->is_streaming()) {
    return false;
  }
  const int static_side = join->left()->is_streaming() ? 1 : 0;
  return KeepsUnmatched(join->type(), static_side) ||
         (join->type() == JoinType::kLeftSemi && static_side == 0);
}

const Join* JoinOfStreams(const LogicalPlan& node) {
  const auto* join = As<Join>(node);
  const bool both =
      join != nullptr && join->left()->is_streaming() && join->right()->is_streaming();
  return both ? join : nullptr;
}

bool IsInner(const Join& join) {
  return join.type() == JoinType::kInner || join.type() == JoinType::kCross;
}

bool IsOuter(const Join& join) {
  return join.type() == JoinType::kLeftOuter || join.type() == JoinType::kRightOuter ||
         join.type() == JoinType::kFullOuter;
}

/// Whether a node drops rows of a stream that come after the watermark, or may do so: one that
/// removes duplicates does if it goes by an event time.
bool GoesByWatermark(const LogicalPlan& node) {
  if (IsStreamingAggregate(node) || JoinOfStreams(node) != nullptr) return true;
  const auto* deduplicate = As<Deduplicate>(node);
  if (deduplicate == nullptr || !node.is_streaming()) return false;
  return deduplicate->within_watermark() ||
         std::any_of(deduplicate->keys().begin(), deduplicate->keys().end(),
                     [](const ExpressionPtr& key) { return HasWatermark(*key); });
}

/// Whether there is a time from which on a row without a match is known to have none.
bool MatchesEnd(const Join& join) {
  if (HasEventTimeKey(join)) return true;
  const std::vector<ExpressionPtr> conditions = JoinConjuncts(join.condition());
  const std::vector<AttributePtr> left = join.left()->output();
  const std::vector<AttributePtr> right = join.right()->output();
  const bool of_left = StateWatermarkOffsetMs(conditions, left, right).has_value();
  const bool of_right = StateWatermarkOffsetMs(conditions, right, left).has_value();
  switch (join.type()) {
    case JoinType::kRightOuter: return of_right;
    case JoinType::kFullOuter: return of_left || of_right;
    default: return of_left;
  }
}

bool HasEventTime(const LogicalPlan& plan) {
  const std::vector<AttributePtr> columns = plan.output();
  return std::any_of(columns.begin(), columns.end(),
                     [](const AttributePtr& column) { return HasWatermark(*column); });
}

/// Whether a node chooses rows at random: it draws the number that decides.
bool IsSample(const LogicalPlan& node) {
  const auto* project = As<Project>(node);
  return project != nullptr &&
         std::any_of(project->list().begin(), project->list().end(), [](const ExpressionPtr& item) {
           return item->kind() == ExpressionKind::kAlias &&
                  HasMetadataKey(ToAttribute(item)->metadata(), kSampleKey);
         });
}

bool ReadsStream(const Expression& expression) {
  const auto* subquery = As<SubqueryExpression>(expression);
  return subquery != nullptr && subquery->plan()->is_streaming();
}

Status CheckSubqueries(const LogicalPlan& node) {
  if (AnyExpression(node, ReadsStream)) {
    return MakeError("INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY");
  }
  for (const PlanPtr& child : node.children()) ARROW_RETURN_NOT_OK(CheckSubqueries(*child));
  return Status::OK();
}

bool GroupsBySession(const Aggregate& aggregate) {
  return std::any_of(aggregate.grouping().begin(), aggregate.grouping().end(),
                     [](const ExpressionPtr& key) {
                       const auto* column = As<Attribute>(key);
                       return column != nullptr &&
                              HasMetadataKey(column->metadata(), kSessionWindowKey);
                     });
}

/// The functions that a Window node computes, its columns and what they are computed over.
Status RefuseWindow(const ComputeWindows& window) {
  std::string functions;
  std::string columns;
  for (const ExpressionPtr& function : window.functions()) {
    functions += (functions.empty() ? "'" : ", '") + function->child(0)->Sql() + "'";
    columns += (columns.empty() ? "'" : ", '") + ToAttribute(function)->name() + "'";
  }
  return MakeError("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING",
                   {{"windowFunc", functions},
                    {"columnName", columns},
                    {"windowSpec", window.Describe()}});
}

enum class Refusal {
  kOperation,   // what a stream cannot do in this place: _LEGACY_ERROR_TEMP_3102
  kOutputMode,  // what this output mode cannot do: STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION
  kWindow,      // functions over rows: NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING
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
       return mode == OutputMode::kAppend && AnyNode(plan, [](const LogicalPlan& node) {
                return IsStreamingAggregate(node) && !GroupsByWatermark(node);
              });
     },
     Refusal::kOutputMode, "aggregations of a stream without a watermark"},
    {[](const LogicalPlan& plan, OutputMode mode) {
       const LogicalPlan* last = LastStreamingAggregate(plan);
       const auto* aggregate = last == nullptr ? nullptr : As<Aggregate>(*last);
       return mode == OutputMode::kUpdate && aggregate != nullptr && GroupsBySession(*aggregate);
     },
     Refusal::kOutputMode, "session windows of a stream"},
    {[](const LogicalPlan& plan, OutputMode mode) {
       return mode == OutputMode::kComplete && CountStreamingAggregates(plan) == 0;
     },
     Refusal::kOutputMode, "queries without an aggregation of a stream"},
};

// The last one: of the whole plan, for what no rule of a node refuses.
constexpr UnsupportedOperation kChainRule = {
    [](const LogicalPlan& plan, OutputMode mode) {
      return mode != OutputMode::kAppend && AnyNode(plan, [](const LogicalPlan& node) {
               return GoesByWatermark(node) &&
                      CountStreamingAggregates(node) > (IsStreamingAggregate(node) ? 1 : 0);
             });
    },
    Refusal::kOperation,
    "In this output mode an aggregation of a stream gives out rows that the watermark has passed: "
    "no aggregation, join of streams or removal of duplicates by time can follow it. Use the output "
    "mode append."};

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
    {[](const LogicalPlan& node, OutputMode) { return node.kind() == PlanKind::kOffset; },
     Refusal::kOperation, "A stream cannot leave out its first rows: OFFSET is not supported."},
    {[](const LogicalPlan& node, OutputMode) { return IsSample(node); }, Refusal::kOperation,
     "A stream cannot be sampled."},
    {[](const LogicalPlan& node, OutputMode) {
       const auto* operation = As<SetOperation>(node);
       return operation != nullptr &&
              (operation->operation() == SetOperation::Operation::kIntersect ||
               node.child(1)->is_streaming());
     },
     Refusal::kOperation, "INTERSECT, and EXCEPT of a stream, are not supported."},
    {[](const LogicalPlan& node, OutputMode) { return node.kind() == PlanKind::kWindow; },
     Refusal::kWindow, ""},
    {[](const LogicalPlan& node, OutputMode) {
       const Join* join = JoinOfStreams(node);
       return join != nullptr && join->type() == JoinType::kLeftAnti;
     },
     Refusal::kOperation, "An anti join of two streams is not supported."},
    {[](const LogicalPlan& node, OutputMode mode) {
       const Join* join = JoinOfStreams(node);
       return join != nullptr && mode != OutputMode::kAppend && IsOuter(*join);
     },
     Refusal::kOperation, "Two streams can be joined in this way in the output mode append only."},
    {[](const LogicalPlan& node, OutputMode mode) {
       const Join* join = JoinOfStreams(node);
       return join != nullptr && mode == OutputMode::kComplete && !IsOuter(*join);
     },
     Refusal::kOperation, "Two streams cannot be joined in the output mode complete."},
    {[](const LogicalPlan& node, OutputMode) {
       const Join* join = JoinOfStreams(node);
       return join != nullptr && !IsInner(*join) && !MatchesEnd(*join);
     },
     Refusal::kOperation,
     "This join of two streams needs a watermark: on one of the columns that are equal, or on the "
     "side whose rows may be missing together with a condition on the range of times."},
    {[](const LogicalPlan& node, OutputMode) {
       const auto* deduplicate = As<Deduplicate>(node);
       return deduplicate != nullptr && deduplicate->within_watermark() &&
              !HasEventTime(*deduplicate->child());
     },
     Refusal::kOperation, "dropDuplicatesWithinWatermark is not supported without a watermark."},
    {[](const LogicalPlan& node, OutputMode) { return WaitsForStream(node); }, Refusal::kOperation,
     "A join of a stream and a static table cannot keep the static rows without a match."},
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
  if (rule.refusal == Refusal::kWindow) return RefuseWindow(*As<ComputeWindows>(node));
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

Status CheckBatchNodes(const LogicalPlan& node) {
  const auto* deduplicate = As<Deduplicate>(node);
  if (deduplicate != nullptr && deduplicate->within_watermark()) {
    return MakeError("_LEGACY_ERROR_TEMP_3102",
                     {{"msg", "dropDuplicatesWithinWatermark is for streams only."}});
  }
  for (const PlanPtr& child : node.children()) ARROW_RETURN_NOT_OK(CheckBatchNodes(*child));
  return Status::OK();
}

}  // namespace

Status CheckForBatch(const PlanPtr& plan) {
  ARROW_RETURN_NOT_OK(CheckSubqueries(*plan));
  if (!plan->is_streaming()) return CheckBatchNodes(*plan);
  return MakeError("_LEGACY_ERROR_TEMP_3102",
                   {{"msg", "A query that reads a stream is run with writeStream.start()."}});
}

Status CheckForStreaming(const PlanPtr& plan, OutputMode mode, bool checks_chains) {
  ARROW_RETURN_NOT_OK(CheckSubqueries(*plan));
  for (const UnsupportedOperation& rule : kPlanRules) ARROW_RETURN_NOT_OK(Check(rule, *plan, mode));
  ARROW_RETURN_NOT_OK(CheckNodes(*plan, mode));
  return checks_chains ? Check(kChainRule, *plan, mode) : Status::OK();
}

}  // namespace firesteel
