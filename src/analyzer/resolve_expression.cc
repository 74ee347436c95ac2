#include "analyzer/resolve_expression.h"

#include <algorithm>
#include <utility>

#include "analyzer/name_scope.h"
#include "arrow/array/array_base.h"
#include "expr/function.h"
#include "expr/user_call.h"
#include "functions/registry.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Variables = std::vector<std::string>;

Result<ExpressionPtr> ResolveNamesBelow(const ExpressionPtr& expression, const NameFinder& find,
                                        Variables* variables) {
  if (const auto* name = As<UnresolvedAttribute>(expression)) {
    const std::string first = FoldCase(name->parts()[0]);
    if (std::find(variables->begin(), variables->end(), first) != variables->end()) {
      return expression;
    }
    Result<ExpressionPtr> found = find(*name);
    if (!found.ok()) return AtOrigin(found.status(), name->origin());
    return *found == nullptr ? expression : found;
  }
  const size_t depth = variables->size();
  if (const auto* lambda = As<UnresolvedLambda>(expression)) {
    for (const std::string& name : lambda->variables()) variables->push_back(FoldCase(name));
  }
  Result<ExpressionPtr> resolved =
      MapChildren<Expression>(expression, [&](const ExpressionPtr& child) {
        return ResolveNamesBelow(child, find, variables);
      });
  variables->resize(depth);
  return resolved;
}

}  // namespace

Result<ExpressionPtr> ResolveNames(const ExpressionPtr& expression, const NameFinder& find) {
  Variables variables;
  return ResolveNamesBelow(expression, find, &variables);
}

bool IsCurrentDatabase(std::string_view function) {
  const std::string folded = FoldCase(function);
  return folded == "current_database" || folded == "current_schema";
}

Result<ExpressionPtr> BindCurrentDatabase(const Resolver& resolver) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound,
                        BindCall("current_schema", {}, false, nullptr, resolver.settings()));
  const auto* call = As<ScalarFunction>(bound);
  const Catalog* catalog = resolver.context().catalog;
  if (call == nullptr || catalog == nullptr) return bound;
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> name,
                        MakeArray({Value(catalog->current_database())}, TypeId::kString));
  BoundFunction function = call->bound();
  function.kernel = [name](std::span<const ColumnVector>, int64_t, EvaluationContext*) {
    return Result<ColumnVector>(ColumnVector{name, true});
  };
  return ExpressionPtr(std::make_shared<ScalarFunction>(
      call->definition(), std::make_shared<const BoundFunction>(std::move(function)),
      bound->children()));
}

bool HasKind(const ExpressionPtr& expression, ExpressionKind kind) {
  if (expression->kind() == kind) return true;
  return std::any_of(expression->children().begin(), expression->children().end(),
                     [kind](const ExpressionPtr& child) { return HasKind(child, kind); });
}

bool HasOpenNames(const ExpressionPtr& expression) {
  return HasKind(expression, ExpressionKind::kUnresolvedAttribute);
}

ExpressionPtr FirstOpenName(const ExpressionPtr& expression) {
  ExpressionPtr first;
  const Result<ExpressionPtr> visited =
      ResolveNames(expression, [&first](const UnresolvedAttribute& name) -> Result<ExpressionPtr> {
        if (first == nullptr) first = name.shared_from_this();
        return ExpressionPtr();
      });
  return visited.ok() ? first : nullptr;
}

bool IsAggregateCall(const Expression& expression) {
  if (expression.kind() == ExpressionKind::kAggregate) return true;
  if (const auto* user = As<UserCall>(expression)) return user->aggregates();
  const auto* call = As<UnresolvedFunction>(expression);
  return call != nullptr && FindFunction(call->name()).aggregate != nullptr;
}

bool HasAggregate(const ExpressionPtr& expression) {
  // The function of a window is none of the aggregation's, but its arguments may be.
  if (expression->kind() == ExpressionKind::kWindow) {
    const std::vector<ExpressionPtr>& parts = expression->children();
    return std::any_of(parts[0]->children().begin(), parts[0]->children().end(), HasAggregate) ||
           std::any_of(parts.begin() + 1, parts.end(), HasAggregate);
  }
  if (IsAggregateCall(*expression)) return true;
  return std::any_of(expression->children().begin(), expression->children().end(), HasAggregate);
}

bool HasAliasOf(const LogicalPlan& node, const UnresolvedAttribute& name,
                const Resolver& resolver, size_t items) {
  const auto* project = As<Project>(node);
  const auto* aggregate = As<Aggregate>(node);
  if (project == nullptr && aggregate == nullptr) return false;
  const std::vector<ExpressionPtr>& list = project ? project->list() : aggregate->output_list();
  const auto end = list.begin() + static_cast<std::ptrdiff_t>(std::min(items, list.size()));
  return std::any_of(list.begin(), end, [&](const ExpressionPtr& item) {
    const auto* alias = As<Alias>(item);
    return alias != nullptr &&
           SameName(alias->name(), name.parts()[0], resolver.case_sensitive());
  });
}

ExpressionPtr WithoutAlias(const ExpressionPtr& item) {
  return As<Alias>(item) ? item->child(0) : item;
}

}  // namespace firesteel
