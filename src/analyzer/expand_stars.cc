#include <algorithm>
#include <cctype>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/identifier.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

bool IsStar(const Expression& expression) {
  return expression.kind() == ExpressionKind::kUnresolvedStar;
}

bool HasStar(const ExpressionPtr& expression) { return Exists<Expression>(expression, IsStar); }

/// The columns that a star stands for. Errors: CANNOT_RESOLVE_STAR_EXPAND.
Result<std::vector<ExpressionPtr>> Expand(const UnresolvedStar& star, const NameScope& scope) {
  std::vector<ExpressionPtr> list;
  for (const AttributePtr& column : scope.ColumnsOf(star.target())) list.push_back(column);
  if (!list.empty() || star.target().empty()) return list;
  // What is no table may be a struct.
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr base, scope.Find(star.target()));
  if (base == nullptr) {
    std::string columns;
    for (const AttributePtr& column : scope.columns()) {
      columns += (columns.empty() ? "" : ", ") + QuoteIdentifier(column->name());
    }
    return MakeError("CANNOT_RESOLVE_STAR_EXPAND",
                     {{"targetString", QuoteIdentifier(star.target())}, {"columns", columns}});
  }
  if (base->type().id() != TypeId::kStruct) {
    std::string names;
    for (const std::string& part : star.target()) names += (names.empty() ? "" : ", ") + part;
    return MakeError("_LEGACY_ERROR_TEMP_1050", {{"attributes", "List(" + names + ")"}});
  }
  const std::vector<StructField>& fields = base->type().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    list.push_back(std::make_shared<Alias>(std::make_shared<GetField>(base, static_cast<int>(i)),
                                           fields[i].name));
  }
  return list;
}

/// Whether a star among the arguments stands for columns: not in operators.
bool TakesStars(const UnresolvedFunction& call) {
  const std::string name = FoldCase(call.name());
  return std::isalpha(static_cast<unsigned char>(name[0])) != 0 && name != "and" && name != "or" &&
         name != "not" && name != "like" && name != "ilike" && name != "rlike" &&
         name != "between" && name != "div";
}

/// Replaces stars among the arguments of a call.
Result<ExpressionPtr> ExpandArguments(const UnresolvedFunction& call, const NameScope& scope) {
  std::vector<ExpressionPtr> arguments = call.arguments();
  const bool is_count = FoldCase(call.name()) == "count" && arguments.size() == 1;
  ExpressionPtr filter = call.has_filter() ? call.children().back() : nullptr;
  std::vector<ExpressionPtr> expanded;
  for (const ExpressionPtr& argument : arguments) {
    const auto* star = As<UnresolvedStar>(argument);
    if (star == nullptr) {
      expanded.push_back(argument);
      continue;
    }
    if (is_count && star->target().empty() && !call.distinct()) {
      // count(*) counts rows, not values.
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Of(int32_t{1}));
      expanded.push_back(std::move(one));
      continue;
    }
    if (is_count && !call.distinct() && !scope.ColumnsOf(star->target()).empty()) {
      return MakeError("INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT",
                       {{"tableName", QuoteIdentifier(star->target())}});
    }
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> columns, Expand(*star, scope));
    expanded.insert(expanded.end(), columns.begin(), columns.end());
  }
  return ExpressionPtr(std::make_shared<UnresolvedFunction>(
      call.name(), std::move(expanded), call.distinct(), call.origin(), std::move(filter)));
}

Result<std::vector<ExpressionPtr>> ExpandList(const std::vector<ExpressionPtr>& list,
                                              const NameScope& scope) {
  std::vector<ExpressionPtr> expanded;
  for (const ExpressionPtr& item : list) {
    const auto* star = As<UnresolvedStar>(item);
    if (star == nullptr) {
      expanded.push_back(item);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> columns, Expand(*star, scope));
    expanded.insert(expanded.end(), columns.begin(), columns.end());
  }
  return expanded;
}

}  // namespace

Result<PlanPtr> ExpandStars(const PlanPtr& node, Resolver* resolver) {
  const std::vector<ExpressionPtr> expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), HasStar)) return node;
  const NameScope scope = NameScope::OfChildren(*node, resolver);
  PlanPtr current = node;
  if (const auto* project = As<Project>(node)) {
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> list, ExpandList(project->list(), scope));
    current = std::make_shared<Project>(std::move(list), project->child());
  } else if (const auto* aggregate = As<Aggregate>(node)) {
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> list,
                          ExpandList(aggregate->output_list(), scope));
    current =
        std::make_shared<Aggregate>(aggregate->grouping(), std::move(list), aggregate->child());
  }
  ARROW_ASSIGN_OR_RAISE(
      current, TransformExpressions(current, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
        const auto* call = As<UnresolvedFunction>(e);
        if (call == nullptr || !TakesStars(*call)) return ExpressionPtr();
        const std::vector<ExpressionPtr> arguments = call->arguments();
        if (std::none_of(arguments.begin(), arguments.end(),
                         [](const ExpressionPtr& a) { return IsStar(*a); })) {
          return ExpressionPtr();
        }
        Result<ExpressionPtr> expanded = ExpandArguments(*call, scope);
        if (!expanded.ok()) return AtOrigin(expanded.status(), call->origin());
        return expanded;
      }));
  const std::vector<ExpressionPtr> rest = current->expressions();
  for (const ExpressionPtr& expression : rest) {
    if (!HasStar(expression)) continue;
    return MakeError("INVALID_USAGE_OF_STAR_OR_REGEX",
                     {{"elem", "'*'"}, {"prettyName", "expression " + expression->Sql()}});
  }
  return current;
}

}  // namespace firesteel
