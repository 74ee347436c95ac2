#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "expr/function.h"
#include "optimizer/conjunction.h"
#include "optimizer/rules.h"
#include "optimizer/substitution.h"
#include "plan/attribute_set.h"
#include "plan/event_time.h"
#include "plan/operators.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

using Conditions = std::vector<ExpressionPtr>;

bool AllDeterministic(const std::vector<ExpressionPtr>& expressions) {
  return std::all_of(expressions.begin(), expressions.end(),
                     [](const ExpressionPtr& expression) { return expression->deterministic(); });
}

/// Functions that read a text or bytes, which takes much longer than what is done with the result.
constexpr std::string_view kParsingFunctions[] = {"from_avro",      "from_csv",  "from_json",
                                                  "from_protobuf",  "from_xml",  "parse_json",
                                                  "try_parse_json", "str_to_map"};

bool Parses(const ExpressionPtr& expression) {
  const auto* call = As<ScalarFunction>(expression);
  return (call != nullptr && std::find(std::begin(kParsingFunctions), std::end(kParsingFunctions),
                                       call->name()) != std::end(kParsingFunctions)) ||
         std::any_of(expression->children().begin(), expression->children().end(), Parses);
}

/// The columns of a projection that are parsed: a condition below would parse each text again.
AttributeSet ParsedColumns(const Project& project) {
  AttributeSet parsed;
  for (const ExpressionPtr& item : project.list()) {
    if (Parses(item)) parsed.Add(ToAttribute(item)->id());
  }
  return parsed;
}

bool ReadsAny(const ExpressionPtr& expression, const AttributeSet& columns) {
  if (const auto* column = As<Attribute>(expression)) return columns.Contains(column->id());
  return std::any_of(expression->children().begin(), expression->children().end(),
                     [&columns](const ExpressionPtr& child) { return ReadsAny(child, columns); });
}

/// Whether some row may make the expression fail; true where that is not plain to see.
bool MayFail(const ExpressionPtr& expression) {
  if (expression->children().empty()) {
    return expression->kind() != ExpressionKind::kAttribute && expression->may_fail();
  }
  const auto* call = As<ScalarFunction>(expression);
  if (call == nullptr ? expression->kind() != ExpressionKind::kGetField : call->bound().may_fail) {
    return true;
  }
  return std::any_of(expression->children().begin(), expression->children().end(), MayFail);
}

/// The conditions of a filter that may move below its child, and those that stay. What follows a
/// condition that differs each time stays too: it would else change which rows that one sees.
struct DividedConditions {
  Conditions below;
  Conditions above;
};

/// A condition on an `expensive` column stays; what follows it and may fail does as well, since it
/// was perhaps not to see all rows.
DividedConditions Divide(const Filter& filter, const AttributeSet& available,
                         const AttributeSet& expensive = {}) {
  DividedConditions sides;
  bool deterministic = true;
  bool is_guarded = false;
  for (ExpressionPtr& condition : SplitConjunction(filter.condition())) {
    deterministic &= condition->deterministic();
    const bool is_expensive = !expensive.empty() && ReadsAny(condition, expensive);
    is_guarded |= is_expensive;
    const bool moves = deterministic && !is_expensive && !(is_guarded && MayFail(condition)) &&
                       ReadsOnly(condition, available);
    (moves ? sides.below : sides.above).push_back(std::move(condition));
  }
  return sides;
}

/// Filters `child`'s child by the conditions below, read through `substitution`.
Result<PlanPtr> Push(DividedConditions sides, const Substitution& substitution,
                     const PlanPtr& child) {
  if (sides.below.empty()) return PlanPtr();
  for (ExpressionPtr& condition : sides.below) {
    ARROW_ASSIGN_OR_RAISE(condition, substitution.Apply(condition));
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr below, FilterBy(sides.below, child->child()));
  return FilterBy(sides.above, child->WithNewChildren({std::move(below)}));
}

Result<PlanPtr> PushThroughProject(const Filter& filter, const Project& project) {
  if (!AllDeterministic(project.list())) return PlanPtr();
  return Push(Divide(filter, AttributeSet(project.output()), ParsedColumns(project)),
              Substitution(project.list()), filter.child());
}

/// Conditions on the keys choose groups, which is the same as choosing rows.
Result<PlanPtr> PushThroughAggregate(const Filter& filter, const Aggregate& aggregate) {
  if (aggregate.grouping().empty() || !AllDeterministic(aggregate.output_list())) return PlanPtr();
  AttributeSet keys;
  std::vector<ExpressionPtr> items;
  for (const ExpressionPtr& item : aggregate.output_list()) {
    const bool is_key = std::any_of(
        aggregate.grouping().begin(), aggregate.grouping().end(),
        [&item](const ExpressionPtr& key) { return SemanticallyEqual(*key, *item); });
    if (!is_key) continue;
    keys.Add(ToAttribute(item)->id());
    items.push_back(item);
  }
  return Push(Divide(filter, keys), Substitution(items), filter.child());
}

Result<PlanPtr> PushThroughUnion(const Filter& filter, const Union& all) {
  DividedConditions sides = Divide(filter, AttributeSet(all.output()));
  if (sides.below.empty()) return PlanPtr();
  const std::vector<AttributePtr> output = all.output();
  std::vector<PlanPtr> children;
  for (const PlanPtr& child : all.children()) {
    const std::vector<AttributePtr> columns = child->output();
    Substitution substitution;
    for (size_t i = 0; i < output.size(); ++i) substitution.Add(output[i]->id(), columns[i]);
    Conditions conditions;
    for (const ExpressionPtr& condition : sides.below) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr moved, substitution.Apply(condition));
      conditions.push_back(std::move(moved));
    }
    ARROW_ASSIGN_OR_RAISE(PlanPtr filtered, FilterBy(conditions, child));
    children.push_back(std::move(filtered));
  }
  return FilterBy(sides.above, all.WithNewChildren(std::move(children)));
}

/// Conditions on the event time stay: which rows come decides where the watermark is.
Result<PlanPtr> PushThroughWatermark(const Filter& filter, const PlanPtr& watermark) {
  const AttributeSet event_time =
      AttributeSet::References(As<EventTimeWatermark>(watermark)->event_time());
  AttributeSet others;
  for (const AttributePtr& column : watermark->output()) {
    if (!event_time.Contains(column->id())) others.Add(column->id());
  }
  return Push(Divide(filter, others), {}, watermark);
}

Result<PlanPtr> PushFilter(const PlanPtr& node) {
  const auto* filter = As<Filter>(node);
  if (filter == nullptr) return PlanPtr();
  const PlanPtr& child = filter->child();
  switch (child->kind()) {
    case PlanKind::kProject: return PushThroughProject(*filter, *As<Project>(child));
    case PlanKind::kAggregate: return PushThroughAggregate(*filter, *As<Aggregate>(child));
    case PlanKind::kUnion: return PushThroughUnion(*filter, *As<Union>(child));
    case PlanKind::kGenerate:
      return Push(Divide(*filter, AttributeSet(child->child()->output())), {}, child);
    case PlanKind::kRepartition:
    case PlanKind::kSort: return Push(Divide(*filter, AttributeSet(child->output())), {}, child);
    case PlanKind::kEventTimeWatermark: return PushThroughWatermark(*filter, child);
    default: return PlanPtr();
  }
}

}  // namespace

Result<PlanPtr> PushFilters(const PlanPtr& plan) {
  // From the root on, so that a condition moves through many nodes in one round.
  return TransformDown<LogicalPlan>(plan, PushFilter);
}

}  // namespace firesteel
