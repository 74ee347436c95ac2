#include <algorithm>
#include <utility>

#include "analyzer/check_metrics.h"
#include "analyzer/check_places.h"
#include "analyzer/grouping_view.h"
#include "analyzer/name_scope.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "expr/aggregate.h"
#include "expr/unresolved.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "plan/collect_metrics.h"
#include "plan/deduplicate.h"
#include "plan/identifier.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/repartition.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

// Each is written to by every task below, so that many more would use up memory before a row is
// read.
constexpr int kMostPartitions = 100'000;

bool IsAggregate(const Expression& expression) {
  return expression.kind() == ExpressionKind::kAggregate;
}

bool IsWindow(const Expression& expression) {
  return expression.kind() == ExpressionKind::kWindow;
}

bool IsGroupingCall(const Expression& expression) {
  const auto* call = As<UnresolvedFunction>(expression);
  if (call == nullptr) return false;
  const std::string name = FoldCase(call->name());
  return name == "grouping" || name == "grouping_id";
}

bool IsParameter(const Expression& expression) {
  return expression.kind() == ExpressionKind::kUnresolvedParameter;
}

/// The first expression below `expression`, itself included, for which `matches` holds; may be
/// null.
ExpressionPtr Find(const ExpressionPtr& expression, bool (*matches)(const Expression&)) {
  if (matches(*expression)) return expression;
  for (const ExpressionPtr& child : expression->children()) {
    if (ExpressionPtr found = Find(child, matches)) return found;
  }
  return nullptr;
}

Status CheckJoin(const Join& join) {
  const ExpressionPtr& condition = join.condition();
  if (condition == nullptr) return Status::OK();
  if (const ExpressionPtr call = Find(condition, IsAggregate)) {
    return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                     {{"operator", "Join"}, {"invalidExprSqls", Quoted(call->Sql())}});
  }
  if (const ExpressionPtr window = Find(condition, IsWindow)) {
    return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                     {{"operator", "Join"}, {"invalidExprSqls", Quoted(window->Sql())}});
  }
  if (condition->type().id() == TypeId::kBoolean) return Status::OK();
  return MakeError("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
                   {{"joinCondition", Quoted(condition->Sql())},
                    {"conditionType", Quoted(condition->type().Sql())}});
}

bool IsGroupByAll(const LogicalPlan& node) {
  const auto* aggregate = As<Aggregate>(node);
  return aggregate != nullptr && aggregate->grouping().size() == 1 &&
         IsAllKeyword(aggregate->grouping()[0]);
}

Status CheckResolved(const PlanPtr& node) {
  if (node->resolved()) return Status::OK();
  for (const ExpressionPtr& expression : node->expressions()) {
    const ExpressionPtr name = FirstOpenName(expression);
    if (name == nullptr) continue;
    if (IsGroupByAll(*node) && expression == name) continue;
    std::vector<AttributePtr> columns;
    for (const PlanPtr& child : node->children()) {
      const std::vector<AttributePtr> output = child->output();
      columns.insert(columns.end(), output.begin(), output.end());
    }
    if (As<UnresolvedAttribute>(name)->plan_tag()) {
      return MakeError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", name->Sql()}});
    }
    return UnresolvedColumnError(*As<UnresolvedAttribute>(name), columns);
  }
  for (const ExpressionPtr& expression : node->expressions()) {
    if (Find(expression, IsGroupingCall)) {
      return MakeError("UNSUPPORTED_GROUPING_EXPRESSION");
    }
    if (const ExpressionPtr parameter = Find(expression, IsParameter)) {
      const auto& marker = *As<UnresolvedParameter>(parameter);
      return AtOrigin(MakeError("UNBOUND_SQL_PARAMETER", {{"name", marker.name()}}),
                      marker.origin());
    }
  }
  if (IsGroupByAll(*node)) return MakeError("UNRESOLVED_ALL_IN_GROUP_BY");
  ARROW_RETURN_NOT_OK(CheckGenerators(node));
  // A condition of another type keeps a join from being resolved.
  const auto* join = As<Join>(node);
  if (join != nullptr && join->condition() != nullptr && join->condition()->resolved()) {
    ARROW_RETURN_NOT_OK(CheckJoin(*join));
  }
  ARROW_RETURN_NOT_OK(CheckUnresolvedPlaces(node));
  return InternalError("The plan could not be resolved: " + node->Describe());
}

Status CheckFilter(const Filter& filter) {
  const ExpressionPtr& condition = filter.condition();
  if (const ExpressionPtr aggregate = Find(condition, IsAggregate)) {
    return MakeError("INVALID_WHERE_CONDITION", {{"condition", Quoted(condition->Sql())},
                                                 {"expressionList", aggregate->Sql()}});
  }
  if (condition->type().id() == TypeId::kBoolean) return Status::OK();
  const std::string sql = Quoted(condition->Sql());
  return MakeError(
      "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
      {{"sqlExpr", sql}, {"filter", sql}, {"type", Quoted(condition->type().Sql())}});
}

Status CheckAggregateFilter(const AggregateCall& call) {
  if (!call.has_filter()) return Status::OK();
  const ExpressionPtr filter = call.filter();
  std::string_view what;
  if (filter->type().id() != TypeId::kBoolean) what = "NOT_BOOLEAN";
  if (Find(filter, IsAggregate)) what = "CONTAINS_AGGREGATE";
  if (Find(filter, IsWindow)) what = "CONTAINS_WINDOW_FUNCTION";
  if (!filter->deterministic()) what = "NON_DETERMINISTIC";
  if (what.empty()) return Status::OK();
  return MakeError("INVALID_AGGREGATE_FILTER." + std::string(what),
                   {{"filterExpr", Quoted(filter->Sql())}, {"aggExpr", Quoted(call.Sql())}});
}

Status CheckAggregateCall(const Expression& call) {
  ARROW_RETURN_NOT_OK(CheckAggregateFilter(*As<AggregateCall>(call)));
  for (const ExpressionPtr& argument : call.children()) {
    if (Find(argument, IsAggregate)) return MakeError("NESTED_AGGREGATE_FUNCTION");
    if (!argument->deterministic()) {
      return MakeError("AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION",
                       {{"sqlExpr", Quoted(call.Sql())}});
    }
  }
  return Status::OK();
}

/// The expressions of a GROUP BY, found by meaning.
class Grouping {
 public:
  explicit Grouping(const std::vector<ExpressionPtr>& expressions) : expressions_(expressions) {
    for (const ExpressionPtr& expression : expressions) {
      hashes_.push_back(SemanticHash(*expression));
    }
  }

  bool empty() const { return expressions_.empty(); }
  bool Contains(const Expression& expression) const {
    if (expressions_.empty()) return false;
    const size_t hash = SemanticHash(expression);
    for (size_t i = 0; i < hashes_.size(); ++i) {
      if (hashes_[i] == hash && SemanticallyEqual(*expressions_[i], expression)) return true;
    }
    return false;
  }

 private:
  const std::vector<ExpressionPtr>& expressions_;
  std::vector<size_t> hashes_;
};

/// Checks that a part of the list depends on the groups only.
Status CheckGrouped(const Expression& part, const Grouping& grouping) {
  if (IsAggregate(part)) return CheckAggregateCall(part);
  if (part.children().empty() && part.kind() != ExpressionKind::kAttribute) return Status::OK();
  if (grouping.Contains(part)) return Status::OK();
  if (part.kind() == ExpressionKind::kAttribute) {
    if (grouping.empty()) return MakeError("MISSING_GROUP_BY");
    return MakeError("MISSING_AGGREGATION",
                     {{"expression", Quoted(part.Sql())},
                      {"expressionAnyValue", Quoted("any_value(" + part.Sql() + ")")}});
  }
  for (const ExpressionPtr& child : part.children()) {
    ARROW_RETURN_NOT_OK(CheckGrouped(*child, grouping));
  }
  return Status::OK();
}

Status CheckAggregation(const Aggregate& aggregate) {
  for (const ExpressionPtr& expression : aggregate.grouping()) {
    if (const ExpressionPtr call = Find(expression, IsAggregate)) {
      return MakeError("GROUP_BY_AGGREGATE", {{"sqlExpr", call->Sql()}});
    }
  }
  const Grouping grouping(aggregate.grouping());
  for (const ExpressionPtr& item : aggregate.output_list()) {
    ARROW_RETURN_NOT_OK(CheckGrouped(*item, grouping));
  }
  return Status::OK();
}

Status CheckSort(const Sort& sort) {
  for (const ExpressionPtr& order : sort.order()) {
    for (const auto matches : {IsWindow, IsAggregate}) {
      const ExpressionPtr found = Find(order, matches);
      if (found == nullptr) continue;
      return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                       {{"operator", "Sort"}, {"invalidExprSqls", Quoted(found->Sql())}});
    }
    if (IsOrderable(order->type())) continue;
    return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                     {{"sqlExpr", Quoted(order->Sql())},
                      {"functionName", "`sortorder`"},
                      {"dataType", Quoted(order->type().Sql())}});
  }
  return Status::OK();
}

bool HasMap(const DataType& type) {
  switch (type.id()) {
    case TypeId::kMap: return true;
    case TypeId::kArray: return HasMap(type.element_type());
    case TypeId::kStruct:
      return std::any_of(type.fields().begin(), type.fields().end(),
                         [](const StructField& field) { return HasMap(field.type); });
    default: return false;
  }
}

/// Rows with maps cannot be compared.
Status CheckComparable(const std::vector<AttributePtr>& columns) {
  for (const AttributePtr& column : columns) {
    if (!HasMap(column->type())) continue;
    return MakeError("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
                     {{"colName", QuoteIdentifier(column->name())},
                      {"dataType", Quoted(column->type().Sql())}});
  }
  return Status::OK();
}

std::vector<AttributePtr> KeyColumns(const Deduplicate& deduplicate) {
  std::vector<AttributePtr> columns;
  for (const ExpressionPtr& key : deduplicate.keys()) columns.push_back(ToAttribute(key));
  return columns;
}

Status CheckRepartition(const Repartition& repartition) {
  const int partitions = repartition.partitions().value_or(1);
  if (partitions < 1) {
    return Status::Invalid("requirement failed: the number of partitions (", partitions,
                           ") must be positive");
  }
  if (repartition.form() == Repartition::Form::kSpread && partitions > kMostPartitions) {
    return Status::Invalid("requirement failed: the number of partitions (", partitions,
                           ") must be at most ", kMostPartitions);
  }
  for (const ExpressionPtr& key : repartition.keys()) {
    if (!HasMap(key->type())) continue;
    return MakeError("UNSUPPORTED_FEATURE.PARTITION_BY_MAP",
                     {{"expr", Quoted(key->Sql())}, {"dataType", Quoted(key->type().Sql())}});
  }
  return Status::OK();
}

Status CheckRowCount(const char* name, int64_t count) {
  if (count >= 0) return Status::OK();
  const std::string text = std::to_string(count);
  return MakeError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE",
                   {{"name", name}, {"expr", Quoted(text)}, {"v", text}});
}

Status CheckRange(const Range& range) {
  if (range.step() == 0) return Status::Invalid("requirement failed: a range's step cannot be 0");
  if (range.partitions().value_or(1) >= 1) return Status::OK();
  return Status::Invalid("A range needs a positive number of partitions.");
}

/// Windows belong into lists, from which they have been taken out by now.
Status CheckNoWindows(const PlanPtr& node, const char* name) {
  for (const ExpressionPtr& expression : node->expressions()) {
    const ExpressionPtr window = Find(expression, IsWindow);
    if (window == nullptr) continue;
    return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                     {{"operator", name}, {"invalidExprSqls", Quoted(window->Sql())}});
  }
  return Status::OK();
}

}  // namespace

Status CheckNode(const PlanPtr& node) {
  ARROW_RETURN_NOT_OK(CheckResolved(node));
  ARROW_RETURN_NOT_OK(CheckGenerators(node));
  ARROW_RETURN_NOT_OK(CheckResolvedPlaces(node));
  switch (node->kind()) {
    case PlanKind::kFilter: return CheckFilter(*As<Filter>(node));
    case PlanKind::kAggregate:
      ARROW_RETURN_NOT_OK(CheckAggregation(*As<Aggregate>(node)));
      return CheckNoWindows(node, "Aggregate");
    case PlanKind::kCollectMetrics:
      return CheckMetrics(*As<CollectMetrics>(node));
    case PlanKind::kSort: return CheckSort(*As<Sort>(node));
    case PlanKind::kRange:
      return CheckRange(*As<Range>(node));
    case PlanKind::kLimit: return CheckRowCount("limit", As<Limit>(node)->count());
    case PlanKind::kRepartition: return CheckRepartition(*As<Repartition>(node));
    case PlanKind::kOffset: return CheckRowCount("offset", As<SkipRows>(node)->count());
    case PlanKind::kJoin: return CheckJoin(*As<Join>(node));
    case PlanKind::kDistinct:
    case PlanKind::kSetOperation: return CheckComparable(node->child()->output());
    case PlanKind::kDeduplicate: return CheckComparable(KeyColumns(*As<Deduplicate>(node)));
    default: return Status::OK();
  }
}

}  // namespace firesteel
