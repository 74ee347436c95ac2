#include "plan/subqueries.h"

#include <algorithm>
#include <utility>

namespace firesteel {

namespace {

std::vector<ExpressionPtr> Concatenate(std::vector<ExpressionPtr> values,
                                       const std::vector<ExpressionPtr>& outer) {
  values.insert(values.end(), outer.begin(), outer.end());
  return values;
}

std::string JoinSql(const std::vector<ExpressionPtr>& expressions) {
  std::string text;
  for (const ExpressionPtr& expression : expressions) {
    text += (text.empty() ? "" : ", ") + expression->Sql();
  }
  return text;
}

}  // namespace

SubqueryExpression::SubqueryExpression(Form form, PlanPtr plan, std::vector<ExpressionPtr> values,
                                       std::vector<ExpressionPtr> outer)
    : Expression(kKind, Concatenate(values, outer)),
      form_(form),
      plan_(std::move(plan)),
      value_count_(values.size()) {
  const bool ready =
      plan_->resolved() &&
      std::all_of(children().begin(), children().end(),
                  [](const ExpressionPtr& child) { return child->resolved(); });
  if (!ready) return;
  if (form_ == Form::kExists) {
    SetType(TypeId::kBoolean, false);
  } else if (form_ == Form::kIn) {
    SetType(TypeId::kBoolean, true);
  } else if (const std::vector<AttributePtr> columns = plan_->output(); columns.size() == 1) {
    // A query without rows gives NULL.
    SetType(columns[0]->type(), true);
  }
}

std::vector<ExpressionPtr> SubqueryExpression::values() const {
  return {children().begin(), children().begin() + static_cast<std::ptrdiff_t>(value_count_)};
}

std::vector<ExpressionPtr> SubqueryExpression::outer() const {
  return {children().begin() + static_cast<std::ptrdiff_t>(value_count_), children().end()};
}

ExpressionPtr SubqueryExpression::WithPlan(PlanPtr plan, std::vector<ExpressionPtr> outer) const {
  return std::make_shared<SubqueryExpression>(form_, std::move(plan), values(), std::move(outer));
}

ExpressionPtr SubqueryExpression::WithNewChildren(std::vector<ExpressionPtr> children) const {
  const auto split = children.begin() + static_cast<std::ptrdiff_t>(value_count_);
  return std::make_shared<SubqueryExpression>(form_, plan_,
                                              std::vector<ExpressionPtr>(children.begin(), split),
                                              std::vector<ExpressionPtr>(split, children.end()));
}

std::string SubqueryExpression::Sql() const {
  if (form_ == Form::kScalar) return "scalarsubquery(" + JoinSql(outer()) + ")";
  if (form_ == Form::kExists) return "exists(" + JoinSql(outer()) + ")";
  const std::vector<ExpressionPtr> sought = values();
  std::string text;
  if (sought.size() == 1) {
    text = sought[0]->Sql();
  } else {
    // Several values are one struct, whose fields are named after them.
    for (size_t i = 0; i < sought.size(); ++i) {
      const ExpressionPtr& value = sought[i];
      std::string name = "col" + std::to_string(i + 1);
      if (const auto* column = As<Attribute>(value)) name = column->name();
      if (const auto* alias = As<Alias>(value)) name = alias->name();
      text += (text.empty() ? "" : ", ") + name + ", " + value->Sql();
    }
    text = "named_struct(" + text + ")";
  }
  return "(" + text + " IN (listquery(" + JoinSql(outer()) + ")))";
}

OuterReference::OuterReference(AttributePtr column)
    : Expression(kKind, {}), column_(std::move(column)) {
  SetType(column_->type(), column_->nullable());
}

ExpressionPtr OuterReference::WithNewChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string OuterReference::Sql() const { return "outer(" + column_->Sql() + ")"; }

std::string OuterReference::ToString() const { return "outer(" + column_->ToString() + ")"; }

}  // namespace firesteel
