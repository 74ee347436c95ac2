#include "plan/operators.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "plan/describe.h"

namespace firesteel {

namespace {

bool AllNamed(const std::vector<ExpressionPtr>& list) {
  return std::all_of(list.begin(), list.end(),
                     [](const ExpressionPtr& expression) { return IsNamed(*expression); });
}

std::vector<AttributePtr> OutputOf(const std::vector<ExpressionPtr>& named) {
  std::vector<AttributePtr> output;
  output.reserve(named.size());
  for (const ExpressionPtr& expression : named) output.push_back(ToAttribute(expression));
  return output;
}

}  // namespace

SubqueryAlias::SubqueryAlias(std::string name, PlanPtr child, std::vector<std::string> place)
    : LogicalPlan(kKind, {std::move(child)}), name_(std::move(name)), place_(std::move(place)) {}

std::vector<AttributePtr> SubqueryAlias::output() const {
  std::vector<AttributePtr> output = child()->output();
  std::vector<std::string> qualifier = place_;
  qualifier.push_back(name_);
  for (AttributePtr& attribute : output) attribute = attribute->WithQualifier(qualifier);
  return output;
}

PlanPtr SubqueryAlias::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<SubqueryAlias>(name_, std::move(children[0]), place_);
}

std::string SubqueryAlias::Describe() const { return "SubqueryAlias " + name_; }

Project::Project(std::vector<ExpressionPtr> list, PlanPtr child, bool hides_join_columns)
    : LogicalPlan(kKind, {std::move(child)}),
      list_(std::move(list)),
      hides_join_columns_(hides_join_columns) {}

std::vector<AttributePtr> Project::output() const { return OutputOf(list_); }

PlanPtr Project::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<Project>(std::move(expressions), child(), hides_join_columns_);
}

PlanPtr Project::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Project>(list_, std::move(children[0]), hides_join_columns_);
}

std::string Project::Describe() const { return "Project " + BracketedList(list_); }

bool Project::SelfResolved() const { return AllNamed(list_); }

Filter::Filter(ExpressionPtr condition, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}), condition_(std::move(condition)) {}

PlanPtr Filter::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<Filter>(std::move(expressions[0]), child());
}

PlanPtr Filter::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Filter>(condition_, std::move(children[0]));
}

std::string Filter::Describe() const { return "Filter " + condition_->ToString(); }

Aggregate::Aggregate(std::vector<ExpressionPtr> grouping, std::vector<ExpressionPtr> output_list,
                     PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      grouping_(std::move(grouping)),
      output_list_(std::move(output_list)) {}

std::vector<AttributePtr> Aggregate::output() const {
  std::vector<AttributePtr> output = OutputOf(output_list_);
  // What comes out of the state of a stream may be NULL as far as the schema says, as in Spark.
  if (is_streaming()) {
    for (AttributePtr& column : output) column = column->WithNullable(true);
  }
  return output;
}

std::vector<ExpressionPtr> Aggregate::expressions() const {
  std::vector<ExpressionPtr> all = grouping_;
  all.insert(all.end(), output_list_.begin(), output_list_.end());
  return all;
}

PlanPtr Aggregate::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  const auto split = expressions.begin() + static_cast<std::ptrdiff_t>(grouping_.size());
  return std::make_shared<Aggregate>(std::vector<ExpressionPtr>(expressions.begin(), split),
                                     std::vector<ExpressionPtr>(split, expressions.end()), child());
}

PlanPtr Aggregate::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Aggregate>(grouping_, output_list_, std::move(children[0]));
}

std::string Aggregate::Describe() const {
  return "Aggregate " + BracketedList(grouping_) + ", " + BracketedList(output_list_);
}

bool Aggregate::SelfResolved() const { return AllNamed(output_list_); }

Generate::Generate(ExpressionPtr generator, bool outer, std::vector<AttributePtr> generated,
                   PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      generator_(std::move(generator)),
      outer_(outer),
      generated_(std::move(generated)) {}

Generate::Generate(ExpressionPtr generator, bool outer, std::vector<AttributePtr> generated,
                   PlanPtr child, std::vector<AttributePtr> kept)
    : LogicalPlan(kKind, {std::move(child)}),
      generator_(std::move(generator)),
      outer_(outer),
      generated_(std::move(generated)),
      kept_(std::move(kept)) {}

std::vector<AttributePtr> Generate::output() const {
  std::vector<AttributePtr> output = kept();
  output.insert(output.end(), generated_.begin(), generated_.end());
  return output;
}

PlanPtr Generate::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  if (kept_) {
    return std::make_shared<Generate>(std::move(expressions[0]), outer_, generated_, child(),
                                      *kept_);
  }
  return std::make_shared<Generate>(std::move(expressions[0]), outer_, generated_, child());
}

PlanPtr Generate::WithNewChildren(std::vector<PlanPtr> children) const {
  if (kept_) {
    return std::make_shared<Generate>(generator_, outer_, generated_, std::move(children[0]),
                                      *kept_);
  }
  return std::make_shared<Generate>(generator_, outer_, generated_, std::move(children[0]));
}

std::string Generate::Describe() const {
  const std::string kept = kept_ ? BracketedList(*kept_) + ", " : "";
  return fmt::format("Generate {}, {}{}, {}", generator_->ToString(), kept, outer_,
                     BracketedList(generated_));
}

DropColumns::DropColumns(std::vector<std::string> names, PlanPtr child)
    : UnresolvedPlan(kKind, {std::move(child)}), names_(std::move(names)) {}

PlanPtr DropColumns::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<DropColumns>(names_, std::move(children[0]));
}

std::string DropColumns::Describe() const { return "DropColumns " + BracketedList(names_); }

WithColumns::WithColumns(std::vector<std::string> names, std::vector<ExpressionPtr> values,
                         PlanPtr child)
    : UnresolvedPlan(kKind, {std::move(child)}),
      names_(std::move(names)),
      values_(std::move(values)) {}

PlanPtr WithColumns::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<WithColumns>(names_, std::move(expressions), child());
}

PlanPtr WithColumns::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<WithColumns>(names_, values_, std::move(children[0]));
}

std::string WithColumns::Describe() const {
  return "WithColumns " + BracketedList(names_) + ", " + BracketedList(values_);
}

WithColumnsRenamed::WithColumnsRenamed(NamePairs names, PlanPtr child)
    : UnresolvedPlan(kKind, {std::move(child)}), names_(std::move(names)) {}

PlanPtr WithColumnsRenamed::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<WithColumnsRenamed>(names_, std::move(children[0]));
}

std::string WithColumnsRenamed::Describe() const {
  std::vector<std::string> pairs;
  for (const auto& [name, new_name] : names_) pairs.push_back(name + " AS " + new_name);
  return "WithColumnsRenamed " + BracketedList(pairs);
}

Sort::Sort(std::vector<ExpressionPtr> order, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}), order_(std::move(order)) {}

PlanPtr Sort::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<Sort>(std::move(expressions), child());
}

PlanPtr Sort::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Sort>(order_, std::move(children[0]));
}

std::string Sort::Describe() const { return "Sort " + BracketedList(order_) + ", true"; }

Limit::Limit(int64_t count, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}), count_(count) {}

PlanPtr Limit::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Limit>(count_, std::move(children[0]));
}

std::string Limit::Describe() const { return fmt::format("Limit {}", count_); }

Union::Union(std::vector<PlanPtr> children, bool by_name, bool allow_missing_columns,
             std::vector<AttributePtr> output)
    : LogicalPlan(kKind, std::move(children)),
      by_name_(by_name),
      allow_missing_columns_(allow_missing_columns),
      output_(std::move(output)) {}

PlanPtr Union::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Union>(std::move(children), by_name_, allow_missing_columns_, output_);
}

std::string Union::Describe() const {
  return fmt::format("Union {}, {}", by_name_, allow_missing_columns_);
}

bool Union::SelfResolved() const {
  // Only a union of frames without columns has none itself.
  return !output_.empty() ||
         std::all_of(children().begin(), children().end(),
                     [](const PlanPtr& child) { return child->output().empty(); });
}

}  // namespace firesteel
