#include <algorithm>
#include <utility>

#include "analyzer/grouping_view.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

// The id of a grouping set has a bit per key.
constexpr size_t kMaximumKeys = 64;
// A plan with more sets could not be run in any reasonable time.
constexpr size_t kMaximumSets = 4096;

/// A set of keys by their indexes.
using KeySet = std::vector<int>;

/// The sets that a GROUP BY asks for, over keys that occur once each.
class GroupingSets {
 public:
  Status Add(const ExpressionPtr& element) {
    const auto* several = As<UnresolvedGroupingSets>(element);
    if (several == nullptr) return Multiply({{IndexOf(element)}});
    std::vector<KeySet> entries;
    int next = 0;
    for (const int size : several->sets()) {
      KeySet entry;
      for (int i = 0; i < size; ++i) entry.push_back(IndexOf(several->child(next++)));
      entries.push_back(std::move(entry));
    }
    if (several->form() == UnresolvedGroupingSets::Form::kSets) return Multiply(entries);
    if (keys_.size() > kMaximumKeys) return TooManyKeys();
    return Multiply(several->form() == UnresolvedGroupingSets::Form::kRollup ? Prefixes(entries)
                                                                            : Subsets(entries));
  }

  const std::vector<ExpressionPtr>& keys() const { return keys_; }
  const std::vector<KeySet>& sets() const { return sets_; }

 private:
  int IndexOf(const ExpressionPtr& key) {
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (SemanticallyEqual(*keys_[i], *key)) return static_cast<int>(i);
    }
    keys_.push_back(key);
    return static_cast<int>(keys_.size()) - 1;
  }

  static std::vector<KeySet> Prefixes(const std::vector<KeySet>& entries) {
    std::vector<KeySet> sets;
    for (size_t length = entries.size() + 1; length-- > 0;) {
      KeySet set;
      for (size_t i = 0; i < length; ++i) {
        set.insert(set.end(), entries[i].begin(), entries[i].end());
      }
      sets.push_back(std::move(set));
    }
    return sets;
  }

  static std::vector<KeySet> Subsets(const std::vector<KeySet>& entries) {
    std::vector<KeySet> sets{{}};
    for (const KeySet& entry : entries) {
      const size_t count = sets.size();
      if (count > kMaximumSets) break;
      for (size_t i = 0; i < count; ++i) {
        KeySet longer = sets[i];
        longer.insert(longer.end(), entry.begin(), entry.end());
        sets.push_back(std::move(longer));
      }
    }
    return sets;
  }

  /// Every set so far with every one of `more`.
  Status Multiply(const std::vector<KeySet>& more) {
    if (keys_.size() > kMaximumKeys || sets_.size() * more.size() > kMaximumSets) {
      return TooManyKeys();
    }
    std::vector<KeySet> product;
    for (const KeySet& left : sets_) {
      for (const KeySet& right : more) {
        KeySet both = left;
        both.insert(both.end(), right.begin(), right.end());
        product.push_back(std::move(both));
      }
    }
    sets_ = std::move(product);
    return Status::OK();
  }

  static Status TooManyKeys() {
    return MakeError("GROUPING_SIZE_LIMIT_EXCEEDED", {{"maxSize", std::to_string(kMaximumKeys)}});
  }

  std::vector<ExpressionPtr> keys_;
  std::vector<KeySet> sets_{{}};
};

AttributePtr KeyColumn(const ExpressionPtr& key) {
  const auto* column = As<Attribute>(key);
  if (column == nullptr) {
    return std::make_shared<Attribute>(key->Sql(), key->type(), true, NewExprId());
  }
  return std::make_shared<Attribute>(column->name(), column->type(), true, NewExprId(),
                                     column->qualifier(), column->metadata());
}

bool HasDuplicates(std::vector<KeySet> sets) {
  for (KeySet& set : sets) {
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
  }
  std::sort(sets.begin(), sets.end());
  return std::adjacent_find(sets.begin(), sets.end()) != sets.end();
}

/// Each row once per set, with the keys that are not in the set as NULL and the set's id.
Result<std::shared_ptr<const Expand>> MakeExpand(const GroupingSets& sets, const PlanPtr& child) {
  const std::vector<AttributePtr> rows = child->output();
  const bool numbered = HasDuplicates(sets.sets());
  std::vector<AttributePtr> output = rows;
  for (const ExpressionPtr& key : sets.keys()) output.push_back(KeyColumn(key));
  output.push_back(
      std::make_shared<Attribute>(kGroupingIdColumn, TypeId::kLong, false, NewExprId()));
  if (numbered) {
    output.push_back(
        std::make_shared<Attribute>("_gen_grouping_pos", TypeId::kLong, false, NewExprId()));
  }
  std::vector<std::vector<ExpressionPtr>> projections;
  for (const KeySet& set : sets.sets()) {
    std::vector<ExpressionPtr> projection(rows.begin(), rows.end());
    uint64_t id = 0;
    for (size_t i = 0; i < sets.keys().size(); ++i) {
      const ExpressionPtr& key = sets.keys()[i];
      const bool present = std::find(set.begin(), set.end(), static_cast<int>(i)) != set.end();
      id = id << 1 | (present ? 0 : 1);
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr null, Literal::Make(Value(), key->type()));
      projection.push_back(present ? key : null);
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Of(static_cast<int64_t>(id)));
    projection.push_back(std::move(literal));
    if (numbered) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr position,
                            Literal::Of(static_cast<int64_t>(projections.size())));
      projection.push_back(std::move(position));
    }
    projections.push_back(std::move(projection));
  }
  return std::make_shared<const Expand>(std::move(projections), std::move(output), child);
}

/// Replaces keys by the Expand's columns, outside of aggregate functions.
ExpressionPtr OverGroups(const ExpressionPtr& expression, const GroupingView& view) {
  if (expression->kind() == ExpressionKind::kAggregate) return expression;
  if (expression->kind() != ExpressionKind::kAlias) {
    if (const ExpressionPtr key = view.GroupOf(expression)) return key;
  }
  std::vector<ExpressionPtr> children;
  bool changed = false;
  for (const ExpressionPtr& child : expression->children()) {
    children.push_back(OverGroups(child, view));
    changed |= children.back() != child;
  }
  return changed ? expression->WithNewChildren(std::move(children)) : expression;
}

/// Whether all is resolved but calls of grouping() and what is around them.
bool Settled(const ExpressionPtr& expression) {
  return expression->resolved() ||
         (expression->kind() != ExpressionKind::kUnresolvedAttribute &&
          expression->kind() != ExpressionKind::kUnresolvedStar &&
          std::all_of(expression->children().begin(), expression->children().end(), Settled));
}

}  // namespace

Result<PlanPtr> ExpandGroupingSets(const PlanPtr& node, Resolver* resolver) {
  const auto* aggregate = As<Aggregate>(node);
  if (aggregate == nullptr ||
      std::none_of(aggregate->grouping().begin(), aggregate->grouping().end(),
                   [](const ExpressionPtr& key) {
                     return key->kind() == ExpressionKind::kUnresolvedGroupingSets;
                   })) {
    return node;
  }
  GroupingSets sets;
  for (const ExpressionPtr& key : aggregate->grouping()) {
    for (const ExpressionPtr& child : key->children()) {
      if (!child->resolved()) return node;
    }
    if (HasAggregate(key)) return MakeError("MISSING_GROUP_BY");
    if (key->kind() != ExpressionKind::kUnresolvedGroupingSets && !key->resolved()) return node;
    ARROW_RETURN_NOT_OK(sets.Add(key));
  }
  for (const ExpressionPtr& item : aggregate->output_list()) {
    if (!Settled(item)) return node;
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const Expand> expand, MakeExpand(sets, aggregate->child()));
  const std::vector<AttributePtr> columns = expand->output();
  std::vector<ExpressionPtr> grouping(
      columns.begin() + static_cast<std::ptrdiff_t>(aggregate->child()->output().size()),
      columns.end());
  const auto keyed =
      std::make_shared<Aggregate>(grouping, std::vector<ExpressionPtr>(), expand);
  const GroupingView view(*keyed);
  std::vector<ExpressionPtr> list;
  for (const ExpressionPtr& item : aggregate->output_list()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr plain, view.ReplaceGroupingCalls(item, *resolver));
    plain = OverGroups(plain, view);
    // The name is that of what the user wrote.
    if (!IsNamed(*item)) plain = std::make_shared<Alias>(std::move(plain), item->Sql());
    list.push_back(std::move(plain));
  }
  return PlanPtr(std::make_shared<Aggregate>(std::move(grouping), std::move(list), expand));
}

}  // namespace firesteel
