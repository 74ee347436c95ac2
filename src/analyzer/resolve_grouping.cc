#include <algorithm>
#include <utility>

#include "analyzer/grouping_view.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/identifier.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

bool IsPosition(const ExpressionPtr& key) {
  const auto* literal = As<Literal>(key);
  return literal != nullptr && !literal->is_variable() &&
         literal->type().id() == TypeId::kInteger &&
         literal->value().Is<int32_t>();
}

/// The item of the list at a position. A constant item is hidden in a cast, so that it is not taken
/// for a position in its turn.
Result<ExpressionPtr> ItemAt(const ExpressionPtr& position,
                             const std::vector<ExpressionPtr>& list) {
  const int32_t index = As<Literal>(position)->value().Get<int32_t>();
  if (index < 1 || index > static_cast<int32_t>(list.size())) {
    return MakeError("GROUP_BY_POS_OUT_OF_RANGE", {{"index", std::to_string(index)},
                                                   {"size", std::to_string(list.size())}});
  }
  ExpressionPtr item = WithoutAlias(list[index - 1]);
  if (HasAggregate(item)) {
    return MakeError("GROUP_BY_POS_AGGREGATE",
                     {{"index", std::to_string(index)}, {"aggExpr", item->Sql()}});
  }
  if (!IsPosition(item)) return item;
  return ExpressionPtr(std::make_shared<Cast>(item, item->type(), CastOptions{}, true));
}

/// What an alias of the list stands for; nullptr when there is none.
ExpressionPtr AliasOf(const UnresolvedAttribute& name, const std::vector<ExpressionPtr>& list,
                      const Resolver& resolver) {
  if (name.parts().size() > 1) return nullptr;
  for (const ExpressionPtr& item : list) {
    const auto* alias = As<Alias>(item);
    if (alias != nullptr &&
        SameName(alias->name(), name.parts()[0], resolver.case_sensitive())) {
      return alias->child(0);
    }
  }
  return nullptr;
}

Result<ExpressionPtr> ResolveKey(const ExpressionPtr& key, const std::vector<ExpressionPtr>& list,
                                 const Resolver& resolver) {
  if (IsPosition(key)) return ItemAt(key, list);
  if (key->kind() == ExpressionKind::kUnresolvedGroupingSets) {
    return MapChildren<Expression>(key, [&](const ExpressionPtr& child) {
      return ResolveKey(child, list, resolver);
    });
  }
  return ResolveNames(key, [&](const UnresolvedAttribute& name) -> Result<ExpressionPtr> {
    return AliasOf(name, list, resolver);
  });
}

/// GROUP BY ALL: every item without an aggregate is a key.
PlanPtr GroupByAll(const Aggregate& aggregate) {
  std::vector<ExpressionPtr> keys;
  for (const ExpressionPtr& item : aggregate.output_list()) {
    if (!HasAggregate(item)) keys.push_back(WithoutAlias(item));
  }
  for (ExpressionPtr& key : keys) {
    if (IsPosition(key)) key = std::make_shared<Cast>(key, key->type(), CastOptions{}, true);
  }
  return std::make_shared<Aggregate>(std::move(keys), aggregate.output_list(), aggregate.child());
}

}  // namespace

Result<PlanPtr> ResolveGrouping(const PlanPtr& node, Resolver* resolver) {
  const auto* aggregate = As<Aggregate>(node);
  if (aggregate == nullptr || aggregate->grouping().empty()) return node;
  const std::vector<ExpressionPtr>& list = aggregate->output_list();
  if (aggregate->grouping().size() == 1 && IsAllKeyword(aggregate->grouping()[0])) {
    // Names that mean nothing are reported as such rather than as keys.
    const bool open = std::any_of(list.begin(), list.end(), HasOpenNames);
    return open ? node : GroupByAll(*aggregate);
  }
  std::vector<ExpressionPtr> keys;
  bool changed = false;
  for (const ExpressionPtr& key : aggregate->grouping()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr resolved, ResolveKey(key, list, *resolver));
    changed |= resolved != key;
    keys.push_back(std::move(resolved));
  }
  if (!changed) return node;
  return PlanPtr(std::make_shared<Aggregate>(std::move(keys), list, aggregate->child()));
}

}  // namespace firesteel
