#include <algorithm>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "expr/aggregate.h"
#include "expr/unresolved.h"
#include "functions/coercion.h"
#include "plan/operators.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

bool IsAggregate(const Expression& expression) {
  return expression.kind() == ExpressionKind::kAggregate;
}

bool IsGenerator(const Expression& expression) {
  return expression.kind() == ExpressionKind::kGenerator;
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

Status CheckResolved(const PlanPtr& node) {
  if (node->resolved()) return Status::OK();
  for (const ExpressionPtr& expression : node->expressions()) {
    const ExpressionPtr name = Find(expression, [](const Expression& e) {
      return e.kind() == ExpressionKind::kUnresolvedAttribute;
    });
    if (name == nullptr) continue;
    std::vector<AttributePtr> columns;
    for (const PlanPtr& child : node->children()) {
      const std::vector<AttributePtr> output = child->output();
      columns.insert(columns.end(), output.begin(), output.end());
    }
    return UnresolvedColumnError(*As<UnresolvedAttribute>(name), columns);
  }
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

Status CheckAggregateCall(const Expression& call) {
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
    if (const ExpressionPtr call = Find(order, IsAggregate)) {
      return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                       {{"operator", "Sort"}, {"invalidExprSqls", Quoted(call->Sql())}});
    }
    if (IsOrderable(order->type())) continue;
    return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                     {{"sqlExpr", Quoted(order->Sql())},
                      {"functionName", "`sortorder`"},
                      {"dataType", Quoted(order->type().Sql())}});
  }
  return Status::OK();
}

Status CheckLimit(const Limit& limit) {
  if (limit.count() >= 0) return Status::OK();
  const std::string count = std::to_string(limit.count());
  return MakeError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE",
                   {{"name", "limit"}, {"expr", Quoted(count)}, {"v", count}});
}

Status CheckGenerators(const PlanPtr& node) {
  if (node->kind() == PlanKind::kGenerate) return Status::OK();
  for (const ExpressionPtr& expression : node->expressions()) {
    if (!Find(expression, IsGenerator)) continue;
    return MakeError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", {{"plan", node->Describe()}});
  }
  return Status::OK();
}

}  // namespace

Status CheckNode(const PlanPtr& node) {
  ARROW_RETURN_NOT_OK(CheckResolved(node));
  ARROW_RETURN_NOT_OK(CheckGenerators(node));
  switch (node->kind()) {
    case PlanKind::kFilter: return CheckFilter(*As<Filter>(node));
    case PlanKind::kAggregate: return CheckAggregation(*As<Aggregate>(node));
    case PlanKind::kSort: return CheckSort(*As<Sort>(node));
    case PlanKind::kLimit: return CheckLimit(*As<Limit>(node));
    default: return Status::OK();
  }
}

}  // namespace firesteel
