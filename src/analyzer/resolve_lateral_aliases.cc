#include <algorithm>
#include <utility>

#include "analyzer/extract_value.h"
#include "analyzer/grouping_view.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "analyzer/split_aggregation.h"
#include "common/error.h"
#include "plan/attribute_set.h"
#include "plan/identifier.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

/// The items of a list in which names may mean aliases of items before.
class LateralList {
 public:
  LateralList(std::vector<ExpressionPtr> list, const Resolver& resolver)
      : list_(std::move(list)), resolver_(resolver) {}

  /// Whether any name was replaced.
  Result<bool> Replace() {
    for (size_t i = 1; i < list_.size(); ++i) {
      if (!HasOpenNames(list_[i])) continue;
      ARROW_ASSIGN_OR_RAISE(
          ExpressionPtr replaced,
          ResolveNames(list_[i], [&](const UnresolvedAttribute& name) { return Find(name, i); }));
      if (replaced == list_[i]) continue;
      if (const auto* name = As<UnresolvedAttribute>(list_[i])) {
        replaced = std::make_shared<Alias>(std::move(replaced), name->parts().back());
      }
      // Windows would need the alias below them.
      if (HasKind(list_[i], ExpressionKind::kWindow)) {
        return MakeError("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW",
                         {{"lca", shown_}, {"windowExpr", "\"" + list_[i]->Sql() + "\""}});
      }
      list_[i] = std::move(replaced);
    }
    return !used_.empty();
  }

  const std::vector<ExpressionPtr>& list() const { return list_; }
  const AttributeSet& used() const { return used_; }

 private:
  Result<ExpressionPtr> Find(const UnresolvedAttribute& name, size_t before) {
    const Alias* found = nullptr;
    int count = 0;
    for (size_t i = 0; i < before; ++i) {
      const auto* alias = As<Alias>(list_[i]);
      if (alias == nullptr ||
          !SameName(alias->name(), name.parts()[0], resolver_.case_sensitive())) {
        continue;
      }
      found = alias;
      ++count;
    }
    if (count > 1) {
      return MakeError("AMBIGUOUS_LATERAL_COLUMN_ALIAS",
                       {{"name", QuoteIdentifier(name.parts())}, {"n", std::to_string(count)}});
    }
    if (found == nullptr || !found->resolved()) return ExpressionPtr();
    used_.Add(found->id());
    shown_ = QuoteIdentifier(name.parts());
    // This name shows in the generated names of columns.
    ExpressionPtr value = std::make_shared<Attribute>(
        "lateralAliasReference(" + found->name() + ")", found->type(), found->nullable(),
        found->id());
    for (size_t i = 1; i < name.parts().size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr field, Literal::Make(name.parts()[i], TypeId::kString));
      ARROW_ASSIGN_OR_RAISE(value, ExtractValue(value, field, resolver_));
    }
    return value;
  }

  std::vector<ExpressionPtr> list_;
  const Resolver& resolver_;
  AttributeSet used_;
  std::string shown_;
};

/// Computes the aliases that are used in a projection of their own.
PlanPtr SplitProject(const Project& project, const LateralList& items) {
  std::vector<ExpressionPtr> below;
  for (const AttributePtr& column : project.child()->output()) below.push_back(column);
  std::vector<ExpressionPtr> above;
  for (const ExpressionPtr& item : items.list()) {
    const auto* alias = As<Alias>(item);
    if (alias != nullptr && items.used().Contains(alias->id())) {
      below.push_back(item);
      above.push_back(alias->ToAttribute());
    } else {
      above.push_back(item);
    }
  }
  return std::make_shared<Project>(
      std::move(above), std::make_shared<Project>(std::move(below), project.child()));
}

/// Aggregates without the items that use aliases, which are computed above.
PlanPtr SplitAggregate(const Aggregate& aggregate, const LateralList& items) {
  const GroupingView view(aggregate);
  std::vector<ExpressionPtr> below;
  std::vector<ExpressionPtr> above;
  for (size_t i = 0; i < items.list().size(); ++i) {
    const ExpressionPtr& item = items.list()[i];
    if (item == aggregate.output_list()[i]) {
      ExpressionPtr named = item;
      if (!IsNamed(*named)) named = std::make_shared<Alias>(item, item->Sql());
      below.push_back(named);
      above.push_back(ToAttribute(named));
      continue;
    }
    const auto* alias = As<Alias>(item);
    const ExpressionPtr apart = TakeAggregationOut(WithoutAlias(item), view, &below);
    if (alias == nullptr) {
      above.push_back(std::make_shared<Alias>(apart, item->Sql()));
    } else {
      above.push_back(item->WithNewChildren({apart}));
    }
  }
  return std::make_shared<Project>(
      std::move(above), std::make_shared<Aggregate>(aggregate.grouping(), std::move(below),
                                                    aggregate.child()));
}

}  // namespace

Result<PlanPtr> ResolveLateralAliases(const PlanPtr& node, Resolver* resolver) {
  const auto* project = As<Project>(node);
  const auto* aggregate = As<Aggregate>(node);
  if (project == nullptr && aggregate == nullptr) return node;
  const std::vector<ExpressionPtr>& list = project ? project->list() : aggregate->output_list();
  if (std::none_of(list.begin(), list.end(), HasOpenNames)) return node;
  LateralList items(list, *resolver);
  ARROW_ASSIGN_OR_RAISE(const bool replaced, items.Replace());
  if (!replaced) return node;
  if (project != nullptr) return SplitProject(*project, items);
  // Everything else must be known, to tell groups from calls.
  std::vector<ExpressionPtr> bound;
  for (const ExpressionPtr& item : items.list()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, ResolveCalls(item, *resolver));
    if (!one->resolved()) return node;
    bound.push_back(std::move(one));
  }
  for (const ExpressionPtr& key : aggregate->grouping()) {
    if (!key->resolved()) return node;
  }
  return SplitAggregate(*aggregate, LateralList(std::move(bound), *resolver));
}

}  // namespace firesteel
