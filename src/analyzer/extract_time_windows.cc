#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/rules.h"
#include "common/error.h"
#include "expr/unresolved.h"
#include "functions/registry.h"
#include "functions/time_windows.h"
#include "plan/event_time.h"
#include "plan/identifier.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;

bool IsWindowCall(const Expression& expression) {
  return IsTimeWindow(expression) || IsSessionWindow(expression);
}

/// A call of window() or session_window() that is not bound yet.
bool IsOpenWindowCall(const Expression& expression) {
  const auto* call = As<UnresolvedFunction>(expression);
  if (call == nullptr) return false;
  const std::string name = FoldCase(call->name());
  return name == "window" || name == "session_window";
}

/// The calls for which `matches` holds, each once.
Expressions CollectDistinct(const LogicalPlan& node, bool (*matches)(const Expression&)) {
  Expressions calls;
  for (const ExpressionPtr& expression : node.expressions()) {
    ForEach<Expression>(expression, [&](const ExpressionPtr& part) {
      if (!matches(*part) || !part->resolved()) return;
      for (const ExpressionPtr& call : calls) {
        if (SemanticallyEqual(*call, *part)) return;
      }
      calls.push_back(part);
    });
  }
  return calls;
}

Result<PlanPtr> ReplaceCall(const PlanPtr& node, const ExpressionPtr& call,
                            const AttributePtr& column) {
  Expressions expressions = node->expressions();
  for (ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(
        expression,
        TransformDown<Expression>(
            expression, [&](const ExpressionPtr& part) -> Result<ExpressionPtr> {
              const bool same = part->kind() == call->kind() && SemanticallyEqual(*part, *call);
              return same ? ExpressionPtr(column) : ExpressionPtr();
            }));
  }
  return node->WithNewExpressions(std::move(expressions));
}

/// Puts `child`, which has one column more, below `node`, whose output stays what it was.
Result<PlanPtr> ReadFrom(const PlanPtr& node, PlanPtr child, const ExpressionPtr& call,
                         const AttributePtr& column) {
  const std::vector<AttributePtr> before = node->child()->output();
  ARROW_ASSIGN_OR_RAISE(const PlanPtr replaced, ReplaceCall(node, call, column));
  PlanPtr result = replaced->WithNewChildren({std::move(child)});
  switch (node->kind()) {
    case PlanKind::kFilter:
    case PlanKind::kSort:
    case PlanKind::kRepartition:
    case PlanKind::kGenerate:
      break;
    default: return result;
  }
  Expressions list(before.begin(), before.end());
  if (const auto* generate = As<Generate>(node)) {
    list.insert(list.end(), generate->generated().begin(), generate->generated().end());
  }
  return PlanPtr(std::make_shared<Project>(std::move(list), std::move(result)));
}

/// The child with `value` in front, under a name.
PlanPtr WithColumn(const PlanPtr& child, const std::shared_ptr<const Alias>& column) {
  Expressions list{column};
  for (const AttributePtr& other : child->output()) list.push_back(other);
  return std::make_shared<Project>(std::move(list), child);
}

Result<PlanPtr> FilterSet(const PlanPtr& child, const ExpressionPtr& value,
                          const FunctionSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr set,
                        BindCall("isnotnull", {value}, false, nullptr, settings));
  return PlanPtr(std::make_shared<Filter>(std::move(set), child));
}

std::string MetadataOf(const ExpressionPtr& expression) {
  const auto* column = As<Attribute>(expression);
  return column == nullptr ? "{}" : column->metadata();
}

/// window_time(window) becomes a column below, of that name. It is as late as its window.
Result<PlanPtr> ExtractWindowTime(const PlanPtr& node, const ExpressionPtr& call) {
  const ExpressionPtr& window = call->child(0);
  const std::string metadata = MetadataOf(window);
  if (!HasMetadataKey(metadata, kTimeWindowKey) && !HasMetadataKey(metadata, kSessionWindowKey)) {
    return MakeError("_LEGACY_ERROR_TEMP_3101", {{"windowTime", call->ToString()}});
  }
  const std::optional<int64_t> delay_ms = WatermarkDelayMs(metadata);
  const auto column = std::make_shared<Alias>(
      MakeWindowTime(window), call->Sql(), NewExprId(),
      delay_ms ? WithWatermarkDelay("{}", *delay_ms) : "{}");
  return ReadFrom(node, WithColumn(node->child(), column), call, column->ToAttribute());
}

/// Every row goes to all windows that hold its time.
Result<PlanPtr> ExpandToWindows(const PlanPtr& node, const ExpressionPtr& call,
                                const TimeWindowMeasures& measures, const std::string& metadata,
                                const FunctionSettings& settings) {
  const PlanPtr& child = node->child();
  const std::vector<AttributePtr> columns = child->output();
  const auto window = std::make_shared<Attribute>("window", call->type(), /*nullable=*/true,
                                                  NewExprId(), std::vector<std::string>(),
                                                  metadata);
  std::vector<Expressions> projections;
  for (int64_t i = 0; i < measures.overlapping(); ++i) {
    Expressions projection(columns.begin(), columns.end());
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr value,
                          MakeTimeWindow(call->child(0), measures, i, /*nullable=*/true));
    projection.push_back(std::move(value));
    projections.push_back(std::move(projection));
  }
  std::vector<AttributePtr> output = columns;
  output.push_back(window);
  const PlanPtr expanded =
      std::make_shared<Expand>(std::move(projections), std::move(output), child);
  ARROW_ASSIGN_OR_RAISE(PlanPtr held, FilterSet(expanded, window, settings));
  return ReadFrom(node, std::move(held), call, window);
}

Result<PlanPtr> ExtractTimeWindow(const PlanPtr& node, const ExpressionPtr& call,
                                  const FunctionSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(const TimeWindowMeasures measures, MeasuresOf(*As<ScalarFunction>(call)));
  const ExpressionPtr& time = call->child(0);
  const std::string metadata = WithMetadataKey(MetadataOf(time), kTimeWindowKey);
  // More would only make a plan that nobody can run.
  constexpr int64_t kMaximumWindows = 100'000;
  if (measures.overlapping() > kMaximumWindows) {
    return Status::Invalid("A row would be in ", measures.overlapping(),
                           " windows: the slide is too small for the window.");
  }
  if (measures.overlapping() > 1) {
    return ExpandToWindows(node, call, measures, metadata, settings);
  }
  ARROW_ASSIGN_OR_RAISE(const PlanPtr timed, FilterSet(node->child(), time, settings));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value,
                        MakeTimeWindow(time, measures, 0, /*nullable=*/false));
  const auto column =
      std::make_shared<Alias>(std::move(value), "window", NewExprId(), metadata);
  return ReadFrom(node, WithColumn(timed, column), call, column->ToAttribute());
}

/// What a row adds to a session; aggregation merges what touches.
Result<PlanPtr> ExtractSessionWindow(const PlanPtr& node, const ExpressionPtr& call,
                                     const FunctionSettings& settings) {
  const ExpressionPtr& time = call->child(0);
  const ExpressionPtr& gap = call->child(1);
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr may_be_none,
                        MakeSessionWindow(time, gap, /*nullable=*/true, settings));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr with_gap, FilterSet(node->child(), may_be_none, settings));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value,
                        MakeSessionWindow(time, gap, /*nullable=*/false, settings));
  const auto column =
      std::make_shared<Alias>(std::move(value), "session_window", NewExprId(),
                              WithMetadataKey(MetadataOf(time), kSessionWindowKey));
  return ReadFrom(node, WithColumn(with_gap, column), call, column->ToAttribute());
}

/// A window of windows goes by the last microsecond of the inner ones.
Result<PlanPtr> TakeTimeOfWindows(const PlanPtr& node, const ExpressionPtr& call,
                                  const FunctionSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr time,
                        BindCall("window_time", {call->child(0)}, false, nullptr, settings));
  Expressions expressions = node->expressions();
  for (ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(
        expression,
        TransformDown<Expression>(
            expression, [&](const ExpressionPtr& part) -> Result<ExpressionPtr> {
              if (!IsWindowCall(*part) || !SemanticallyEqual(*part, *call)) {
                return ExpressionPtr();
              }
              Expressions arguments = part->children();
              arguments[0] = time;
              return BindCall(As<ScalarFunction>(part)->name(), std::move(arguments), false,
                              nullptr, settings);
            }));
  }
  return ExtractWindowTime(node->WithNewExpressions(std::move(expressions)), time);
}

}  // namespace

Result<PlanPtr> ExtractTimeWindows(const PlanPtr& node, Resolver* resolver) {
  const FunctionSettings& settings = resolver->settings();
  const Expressions windows = CollectDistinct(*node, IsWindowCall);
  const Expressions times = CollectDistinct(*node, IsWindowTime);
  if (windows.empty() && times.empty()) return node;
  if (node->children().size() != 1) {
    const auto* join = As<Join>(node);
    const bool is_no_condition =
        join != nullptr && join->condition()->type().id() == TypeId::kStruct;
    if (is_no_condition) return node;  // which its check says
    const ExpressionPtr& misplaced = windows.empty() ? times[0] : windows[0];
    return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                     {{"operator", join != nullptr ? "Join" : "relation"},
                      {"invalidExprSqls", Quoted(misplaced->Sql())}});
  }
  if (!times.empty()) return ExtractWindowTime(node, times[0]);
  for (const ExpressionPtr& expression : node->expressions()) {
    if (Exists<Expression>(expression, IsOpenWindowCall)) return node;
  }
  if (windows.size() > 1) return MakeError("_LEGACY_ERROR_TEMP_1039");
  const ExpressionPtr& window = windows[0];
  if (window->child(0)->type().id() == TypeId::kStruct) {
    // At once, before anything else gives the call on the times a name.
    ARROW_ASSIGN_OR_RAISE(const PlanPtr timed, TakeTimeOfWindows(node, window, settings));
    return timed->kind() == node->kind() ? ExtractTimeWindows(timed, resolver) : timed;
  }
  return IsTimeWindow(*window) ? ExtractTimeWindow(node, window, settings)
                               : ExtractSessionWindow(node, window, settings);
}

}  // namespace firesteel
