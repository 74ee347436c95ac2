#include "plan/pivots.h"

#include <utility>

#include "fmt/format.h"
#include "plan/describe.h"

namespace firesteel {

namespace {

/// Takes the next `count` expressions.
std::vector<ExpressionPtr> Take(const std::vector<ExpressionPtr>& all, size_t count, size_t* next) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(*next);
  *next += count;
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

void Append(const std::vector<ExpressionPtr>& more, std::vector<ExpressionPtr>* all) {
  all->insert(all->end(), more.begin(), more.end());
}

}  // namespace

Pivot::Pivot(std::optional<std::vector<ExpressionPtr>> grouping, std::vector<ExpressionPtr> columns,
             std::vector<ExpressionPtr> values, std::vector<ExpressionPtr> aggregates,
             PlanPtr child)
    : UnresolvedPlan(kKind, {std::move(child)}),
      grouping_(std::move(grouping)),
      columns_(std::move(columns)),
      values_(std::move(values)),
      aggregates_(std::move(aggregates)) {}

std::vector<ExpressionPtr> Pivot::expressions() const {
  std::vector<ExpressionPtr> all = grouping_.value_or(std::vector<ExpressionPtr>());
  Append(columns_, &all);
  Append(values_, &all);
  Append(aggregates_, &all);
  return all;
}

PlanPtr Pivot::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  size_t next = 0;
  std::optional<std::vector<ExpressionPtr>> grouping;
  if (grouping_) grouping = Take(expressions, grouping_->size(), &next);
  std::vector<ExpressionPtr> columns = Take(expressions, columns_.size(), &next);
  std::vector<ExpressionPtr> values = Take(expressions, values_.size(), &next);
  std::vector<ExpressionPtr> aggregates = Take(expressions, aggregates_.size(), &next);
  return std::make_shared<Pivot>(std::move(grouping), std::move(columns), std::move(values),
                                 std::move(aggregates), child());
}

PlanPtr Pivot::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Pivot>(grouping_, columns_, values_, aggregates_,
                                 std::move(children[0]));
}

std::string Pivot::Describe() const {
  return "Pivot " + (grouping_ ? BracketedList(*grouping_) + ", " : "") + BracketedList(columns_) +
         ", " + BracketedList(values_) + ", " + BracketedList(aggregates_);
}

Unpivot::Unpivot(Definition definition, std::optional<std::vector<ExpressionPtr>> ids,
                 std::vector<ExpressionPtr> values, PlanPtr child)
    : UnresolvedPlan(kKind, {std::move(child)}),
      definition_(std::move(definition)),
      ids_(std::move(ids)),
      values_(std::move(values)) {}

std::vector<ExpressionPtr> Unpivot::expressions() const {
  std::vector<ExpressionPtr> all = ids_.value_or(std::vector<ExpressionPtr>());
  Append(values_, &all);
  return all;
}

PlanPtr Unpivot::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  size_t next = 0;
  std::optional<std::vector<ExpressionPtr>> ids;
  if (ids_) ids = Take(expressions, ids_->size(), &next);
  std::vector<ExpressionPtr> values = Take(expressions, values_.size(), &next);
  return std::make_shared<Unpivot>(definition_, std::move(ids), std::move(values), child());
}

PlanPtr Unpivot::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Unpivot>(definition_, ids_, values_, std::move(children[0]));
}

std::string Unpivot::Describe() const {
  return fmt::format("Unpivot {}{}, {}, {}, {}", ids_ ? BracketedList(*ids_) + ", " : "",
                     BracketedList(values_), definition_.name_column,
                     BracketedList(definition_.value_columns), definition_.include_nulls);
}

}  // namespace firesteel
