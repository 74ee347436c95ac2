#include <algorithm>
#include <optional>
#include <utility>

#include "analyzer/extract_value.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "plan/identifier.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

struct FoundVariable {
  SessionVariable variable;
  size_t parts = 0;  ///< of the name; what follows are fields of its value
};

/// The longest qualifier wins, as with columns.
std::optional<FoundVariable> FindVariable(const std::vector<std::string>& name,
                                          const VariableStore& variables) {
  for (size_t parts = std::min<size_t>(name.size(), 3); parts > 0; --parts) {
    const std::optional<std::string> plain = VariableName({name.begin(), name.begin() + parts});
    if (!plain) continue;
    if (auto found = variables.Find(*plain)) return FoundVariable{*std::move(found), parts};
  }
  return std::nullopt;
}

/// What the name means: the variable's value, or a field of it; nullptr when there is no such
/// variable.
Result<ExpressionPtr> ValueOf(const std::vector<std::string>& name, const Resolver& resolver) {
  const std::optional<FoundVariable> found =
      FindVariable(name, resolver.context().catalog->variables());
  if (!found) return ExpressionPtr();
  const SessionVariable& variable = found->variable;
  if (SessionObjects* used = resolver.context().used) used->variables.push_back(variable.name);
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value,
                        Literal::OfVariable(variable.name, variable.value, variable.type,
                                            resolver.settings().time_zone));
  for (size_t i = found->parts; i < name.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr field, Literal::Make(name[i], TypeId::kString));
    ARROW_ASSIGN_OR_RAISE(value, ExtractValue(value, field, resolver));
  }
  return value;
}

/// Items of a list that are variables get the name that they are written with.
void NameVariables(const std::vector<ExpressionPtr>& before, std::vector<ExpressionPtr>* list) {
  for (size_t i = 0; i < list->size(); ++i) {
    const auto* name = As<UnresolvedAttribute>(before[i]);
    if (name == nullptr || (*list)[i] == before[i]) continue;
    (*list)[i] = std::make_shared<Alias>((*list)[i], name->parts().back());
  }
}

}  // namespace

Result<PlanPtr> ResolveVariables(const PlanPtr& node, Resolver* resolver) {
  const Catalog* catalog = resolver->context().catalog;
  if (catalog == nullptr) return node;
  std::vector<ExpressionPtr> expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), HasOpenNames)) return node;
  // A later round may still find an alias: items of a list those before them, keys all.
  const auto* aggregation = As<Aggregate>(node);
  const size_t keys = aggregation == nullptr ? 0 : aggregation->grouping().size();
  bool changed = false;
  for (size_t i = 0; i < expressions.size(); ++i) {
    const size_t aliases = i < keys ? expressions.size() : i - keys;
    const auto find = [&](const UnresolvedAttribute& name) -> Result<ExpressionPtr> {
      if (name.plan_tag() || HasAliasOf(*node, name, *resolver, aliases)) return ExpressionPtr();
      return ValueOf(name.parts(), *resolver);
    };
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr resolved, ResolveNames(expressions[i], find));
    changed |= resolved != expressions[i];
    expressions[i] = std::move(resolved);
  }
  if (!changed) return node;
  const PlanPtr resolved = node->WithNewExpressions(std::move(expressions));
  if (const auto* project = As<Project>(resolved)) {
    std::vector<ExpressionPtr> list = project->list();
    NameVariables(As<Project>(node)->list(), &list);
    return resolved->WithNewExpressions(std::move(list));
  }
  if (const auto* aggregate = As<Aggregate>(resolved)) {
    std::vector<ExpressionPtr> list = aggregate->output_list();
    NameVariables(As<Aggregate>(node)->output_list(), &list);
    return PlanPtr(std::make_shared<Aggregate>(aggregate->grouping(), std::move(list),
                                               aggregate->child()));
  }
  return resolved;
}

}  // namespace firesteel
