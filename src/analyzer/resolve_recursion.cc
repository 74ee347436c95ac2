#include "analyzer/resolve_recursion.h"

#include <algorithm>
#include <utility>

#include "analyzer/resolver.h"
#include "common/error.h"
#include "functions/coercion.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/recursion.h"
#include "plan/relations.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

// What Spark allows where the query says nothing.
constexpr int64_t kMaximumLevel = 100;

bool ReadsTableInside(const ExpressionPtr& expression, const std::string& name,
                      bool case_sensitive) {
  return Exists<Expression>(expression, [&](const Expression& e) {
    const auto* subquery = As<SubqueryExpression>(e);
    return subquery != nullptr && ReadsTable(subquery->plan(), name, case_sensitive);
  });
}

bool ReadsRecursion(const PlanPtr& plan, int64_t number) {
  return Exists<LogicalPlan>(plan, [number](const LogicalPlan& node) {
    const auto* input = As<RecursionInput>(node);
    return input != nullptr && input->number() == number;
  });
}

/// Which sides of a join may read the recursion: those whose rows are not given for want of others.
bool MayRead(const Join& join, bool left) {
  switch (join.type()) {
    case JoinType::kInner:
    case JoinType::kCross: return true;
    case JoinType::kRightOuter: return !left;
    case JoinType::kFullOuter: return false;
    default: return left;
  }
}

}  // namespace

bool ReadsTable(const PlanPtr& plan, const std::string& name, bool case_sensitive) {
  if (const auto* table = As<UnresolvedTable>(plan)) {
    return table->name().size() == 1 && SameName(table->name()[0], name, case_sensitive);
  }
  const std::vector<ExpressionPtr> expressions = plan->expressions();
  return std::any_of(expressions.begin(), expressions.end(),
                     [&](const ExpressionPtr& expression) {
                       return ReadsTableInside(expression, name, case_sensitive);
                     }) ||
         std::any_of(plan->children().begin(), plan->children().end(), [&](const PlanPtr& child) {
           return ReadsTable(child, name, case_sensitive);
         });
}

Result<RecursiveParts> TakeRecursionApart(const With::Definition& definition,
                                          bool case_sensitive) {
  RecursiveParts parts;
  PlanPtr query = definition.query;
  if (const auto* aliases = As<ColumnAliases>(query)) {
    parts.columns = aliases->names();
    query = aliases->child();
  }
  if (query->kind() == PlanKind::kDistinct && query->child()->kind() == PlanKind::kUnion) {
    return MakeError("UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE");
  }
  const auto* all = As<Union>(query);
  if (all == nullptr || all->children().size() < 2) return MakeError("INVALID_RECURSIVE_CTE");
  std::vector<PlanPtr> first(all->children().begin(), all->children().end() - 1);
  for (const PlanPtr& one : first) {
    if (ReadsTable(one, definition.name, case_sensitive)) return MakeError("INVALID_RECURSIVE_CTE");
  }
  parts.first = first.size() == 1 ? first[0] : all->WithNewChildren(std::move(first));
  parts.step = all->children().back();
  return parts;
}

Status CheckRecursiveReferences(const PlanPtr& node, int64_t number) {
  if (!ReadsRecursion(node, number)) return Status::OK();
  bool wrong = node->kind() == PlanKind::kAggregate;
  if (const auto* join = As<Join>(node)) {
    wrong = (ReadsRecursion(join->left(), number) && !MayRead(*join, true)) ||
            (ReadsRecursion(join->right(), number) && !MayRead(*join, false));
  }
  if (wrong) return MakeError("INVALID_RECURSIVE_REFERENCE.PLACE");
  for (const PlanPtr& child : node->children()) {
    ARROW_RETURN_NOT_OK(CheckRecursiveReferences(child, number));
  }
  return Status::OK();
}

Result<PlanPtr> AlignStep(const PlanPtr& step, const std::vector<AttributePtr>& first,
                          const FunctionSettings& settings) {
  const std::vector<AttributePtr> given = step->output();
  if (given.size() != first.size()) {
    return MakeError("NUM_COLUMNS_MISMATCH",
                     {{"operator", "UNION"},
                      {"firstNumColumns", std::to_string(first.size())},
                      {"invalidOrdinalNum", "second"},
                      {"invalidNumColumns", std::to_string(given.size())}});
  }
  std::vector<ExpressionPtr> list;
  for (size_t i = 0; i < given.size(); ++i) {
    const DataType& type = first[i]->type();
    const auto wider = WiderType(type, given[i]->type(), settings.ansi);
    if (!wider || !wider->SameType(type)) {
      return MakeError("CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE",
                       {{"left", "\"" + type.Sql() + "\""},
                        {"right", "\"" + given[i]->type().Sql() + "\""}});
    }
    ExpressionPtr value = given[i];
    if (!value->type().SameType(type)) {
      value = std::make_shared<Cast>(
          value, type, CastOptions{settings.ansi, false, settings.time_zone}, true);
    }
    list.push_back(std::make_shared<Alias>(std::move(value), first[i]->name()));
  }
  return PlanPtr(std::make_shared<Project>(std::move(list), step));
}

Result<PlanPtr> Resolver::ResolveRecursive(const With::Definition& definition, std::string key) {
  ARROW_ASSIGN_OR_RAISE(RecursiveParts parts, TakeRecursionApart(definition, case_sensitive()));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr first, Resolve(parts.first));
  const std::vector<AttributePtr> columns = first->output();
  if (!parts.columns.empty() && parts.columns.size() != columns.size()) {
    return MakeError("ASSIGNMENT_ARITY_MISMATCH",
                     {{"numExpr", std::to_string(parts.columns.size())},
                      {"numTarget", std::to_string(columns.size())}});
  }
  std::vector<AttributePtr> output;
  for (size_t i = 0; i < columns.size(); ++i) {
    output.push_back(std::make_shared<Attribute>(
        parts.columns.empty() ? columns[i]->name() : parts.columns[i], columns[i]->type(), true,
        NewExprId()));
  }
  const int64_t number = NewExprId();
  std::vector<AttributePtr> read;
  for (const AttributePtr& column : output) read.push_back(column->WithNewId());
  const size_t depth = common_tables_.size();
  common_tables_.emplace_back(
      std::move(key), std::make_shared<RecursionInput>(number, definition.name, std::move(read)));
  Result<PlanPtr> resolved = Resolve(parts.step);
  common_tables_.resize(depth);
  ARROW_ASSIGN_OR_RAISE(PlanPtr step, std::move(resolved));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr aligned, AlignStep(step, output, settings()));
  ARROW_RETURN_NOT_OK(CheckRecursiveReferences(step, number));
  step = aligned;
  ARROW_ASSIGN_OR_RAISE(step, Resolve(step));
  return Resolve(std::make_shared<Recursion>(
      number, definition.maximum_level.value_or(kMaximumLevel), first, std::move(step),
      std::move(output)));
}

}  // namespace firesteel
