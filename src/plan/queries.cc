#include "plan/queries.h"

#include <utility>

#include "fmt/format.h"
#include "plan/describe.h"

namespace firesteel {

namespace {

/// All rows of a table of expressions behind each other.
std::vector<ExpressionPtr> Flatten(const std::vector<std::vector<ExpressionPtr>>& rows) {
  std::vector<ExpressionPtr> all;
  for (const std::vector<ExpressionPtr>& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

/// The opposite of Flatten; rows are as long as those of `shape`.
std::vector<std::vector<ExpressionPtr>> Unflatten(
    std::vector<ExpressionPtr> all, const std::vector<std::vector<ExpressionPtr>>& shape) {
  std::vector<std::vector<ExpressionPtr>> rows;
  rows.reserve(shape.size());
  auto next = all.begin();
  for (const std::vector<ExpressionPtr>& row : shape) {
    const auto end = next + static_cast<std::ptrdiff_t>(row.size());
    rows.emplace_back(next, end);
    next = end;
  }
  return rows;
}

std::string Describe(const std::vector<std::vector<ExpressionPtr>>& rows) {
  std::vector<std::string> lines;
  lines.reserve(rows.size());
  for (const std::vector<ExpressionPtr>& row : rows) lines.push_back(BracketedList(row));
  return BracketedList(lines);
}

std::vector<PlanPtr> ChildAndQueries(PlanPtr child,
                                     const std::vector<With::Definition>& definitions) {
  std::vector<PlanPtr> children{std::move(child)};
  for (const With::Definition& definition : definitions) children.push_back(definition.query);
  return children;
}

}  // namespace

With::With(std::vector<Definition> definitions, PlanPtr child)
    : UnresolvedPlan(kKind, ChildAndQueries(std::move(child), definitions)),
      definitions_(std::move(definitions)) {}

PlanPtr With::WithNewChildren(std::vector<PlanPtr> children) const {
  std::vector<Definition> definitions = definitions_;
  for (size_t i = 0; i < definitions.size(); ++i) definitions[i].query = std::move(children[i + 1]);
  return std::make_shared<With>(std::move(definitions), std::move(children[0]));
}

std::string With::Describe() const {
  std::vector<std::string> names;
  for (const Definition& definition : definitions_) names.push_back(definition.name);
  return "With " + BracketedList(names);
}

ColumnAliases::ColumnAliases(std::vector<std::string> names, PlanPtr child)
    : UnresolvedPlan(kKind, {std::move(child)}), names_(std::move(names)) {}

PlanPtr ColumnAliases::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<ColumnAliases>(names_, std::move(children[0]));
}

std::string ColumnAliases::Describe() const { return "ColumnAliases " + BracketedList(names_); }

InlineTable::InlineTable(std::vector<std::vector<ExpressionPtr>> rows)
    : UnresolvedPlan(kKind, {}), rows_(std::move(rows)) {}

std::vector<ExpressionPtr> InlineTable::expressions() const { return Flatten(rows_); }

PlanPtr InlineTable::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<InlineTable>(Unflatten(std::move(expressions), rows_));
}

PlanPtr InlineTable::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<InlineTable>(rows_);
}

std::string InlineTable::Describe() const { return "InlineTable " + firesteel::Describe(rows_); }

UnresolvedTableFunction::UnresolvedTableFunction(std::string name,
                                                 std::vector<ExpressionPtr> arguments,
                                                 Origin origin)
    : UnresolvedPlan(kKind, {}),
      name_(std::move(name)),
      arguments_(std::move(arguments)),
      origin_(std::move(origin)) {}

PlanPtr UnresolvedTableFunction::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<UnresolvedTableFunction>(name_, std::move(expressions), origin_);
}

PlanPtr UnresolvedTableFunction::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<UnresolvedTableFunction>(name_, arguments_, origin_);
}

std::string UnresolvedTableFunction::Describe() const {
  return "UnresolvedTableFunction " + name_ + ", " + BracketedList(arguments_);
}

Range::Range(int64_t start, int64_t end, int64_t step, std::optional<int> partitions,
             AttributePtr column)
    : LogicalPlan(kKind, {}),
      start_(start),
      end_(end),
      step_(step),
      partitions_(partitions),
      column_(std::move(column)) {
  if (column_ == nullptr) {
    column_ = std::make_shared<Attribute>("id", TypeId::kLong, false, NewExprId());
  }
}

PlanPtr Range::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<Range>(start_, end_, step_, partitions_, column_);
}

std::string Range::Describe() const {
  const std::string splits = partitions_ ? fmt::format(", splits={}", *partitions_) : "";
  return fmt::format("Range ({}, {}, step={}{}) [{}]", start_, end_, step_, splits,
                     column_->ToString());
}

Having::Having(ExpressionPtr condition, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}), condition_(std::move(condition)) {}

PlanPtr Having::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<Having>(std::move(expressions[0]), child());
}

PlanPtr Having::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Having>(condition_, std::move(children[0]));
}

std::string Having::Describe() const { return "Having " + condition_->ToString(); }

LateralView::LateralView(ExpressionPtr generator, bool outer, std::string name,
                         std::vector<std::string> columns, PlanPtr child)
    : UnresolvedPlan(kKind, {std::move(child)}),
      generator_(std::move(generator)),
      outer_(outer),
      name_(std::move(name)),
      columns_(std::move(columns)) {}

PlanPtr LateralView::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<LateralView>(std::move(expressions[0]), outer_, name_, columns_, child());
}

PlanPtr LateralView::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<LateralView>(generator_, outer_, name_, columns_,
                                       std::move(children[0]));
}

std::string LateralView::Describe() const {
  return fmt::format("LateralView {}, {}, {}, {}", generator_->ToString(), outer_, name_,
                     BracketedList(columns_));
}

Distinct::Distinct(PlanPtr child) : LogicalPlan(kKind, {std::move(child)}) {}

PlanPtr Distinct::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Distinct>(std::move(children[0]));
}

SkipRows::SkipRows(int64_t count, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}), count_(count) {}

PlanPtr SkipRows::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<SkipRows>(count_, std::move(children[0]));
}

std::string SkipRows::Describe() const { return fmt::format("Offset {}", count_); }

UnresolvedLimit::UnresolvedLimit(Clause clause, ExpressionPtr count, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}), clause_(clause), count_(std::move(count)) {}

PlanPtr UnresolvedLimit::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<UnresolvedLimit>(clause_, std::move(expressions[0]), child());
}

PlanPtr UnresolvedLimit::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<UnresolvedLimit>(clause_, count_, std::move(children[0]));
}

std::string UnresolvedLimit::Describe() const {
  return (clause_ == Clause::kLimit ? "Limit " : "Offset ") + count_->ToString();
}

SetOperation::SetOperation(Operation operation, bool all, PlanPtr left, PlanPtr right,
                           std::vector<AttributePtr> output)
    : LogicalPlan(kKind, {std::move(left), std::move(right)}),
      operation_(operation),
      all_(all),
      output_(std::move(output)) {}

bool SetOperation::SelfResolved() const {
  // Rows without columns are as many as they are.
  return !output_.empty() || (child(0)->output().empty() && child(1)->output().empty());
}

PlanPtr SetOperation::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<SetOperation>(operation_, all_, std::move(children[0]),
                                        std::move(children[1]), output_);
}

std::string SetOperation::Describe() const {
  return std::string(operation_ == Operation::kIntersect ? "Intersect" : "Except") +
         (all_ ? " All true" : " All false");
}

Expand::Expand(std::vector<std::vector<ExpressionPtr>> projections,
               std::vector<AttributePtr> output, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      projections_(std::move(projections)),
      output_(std::move(output)) {}

std::vector<ExpressionPtr> Expand::expressions() const { return Flatten(projections_); }

PlanPtr Expand::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<Expand>(Unflatten(std::move(expressions), projections_), output_,
                                  child());
}

PlanPtr Expand::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Expand>(projections_, output_, std::move(children[0]));
}

std::string Expand::Describe() const {
  return "Expand " + firesteel::Describe(projections_) + ", " + BracketedList(output_);
}

}  // namespace firesteel
