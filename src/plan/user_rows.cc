#include "plan/user_rows.h"

#include <utility>

namespace firesteel {

namespace {

std::vector<AttributePtr> ColumnsOf(const DataType& rows) {
  std::vector<AttributePtr> columns;
  for (const StructField& field : rows.fields()) {
    columns.push_back(std::make_shared<Attribute>(field.name, field.type, /*nullable=*/true,
                                                  NewExprId()));
  }
  return columns;
}

template <typename Items>
std::string ListText(const Items& items) {
  std::string text = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += ", ";
    text += items[i]->ToString();
  }
  return text + "]";
}

}  // namespace

UserRows::UserRows(std::shared_ptr<const UserColumnFunction> function, int key_columns,
                   std::vector<PlanPtr> children)
    : UserRows(function, key_columns, std::move(children), ColumnsOf(function->result)) {}

UserRows::UserRows(std::shared_ptr<const UserColumnFunction> function, int key_columns,
                   std::vector<PlanPtr> children, std::vector<AttributePtr> output,
                   std::optional<UserTableCall> table_call)
    : LogicalPlan(kKind, std::move(children)),
      function_(std::move(function)),
      key_columns_(key_columns),
      output_(std::move(output)),
      table_call_(std::move(table_call)) {}

PlanPtr UserRows::WithOutput(std::vector<AttributePtr> output) const {
  return std::make_shared<UserRows>(function_, key_columns_, children(), std::move(output),
                                    table_call_);
}

PlanPtr UserRows::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<UserRows>(function_, key_columns_, std::move(children), output_,
                                    table_call_);
}

std::string UserRows::Describe() const {
  const char* name = "FlatMapGroupsInPython";
  if (function_->shape == UserColumnFunction::Shape::kRows) name = "MapInPython";
  if (function_->shape == UserColumnFunction::Shape::kTable) name = "PythonUDTF";
  if (function_->shape == UserColumnFunction::Shape::kCoGroup) name = "FlatMapCoGroupsInPython";
  return std::string(name) + " " + function_->name + ", " + ListText(output_);
}

UserCallEvaluation::UserCallEvaluation(std::vector<ExpressionPtr> calls,
                                       std::vector<AttributePtr> results, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      calls_(std::move(calls)),
      results_(std::move(results)) {}

std::vector<AttributePtr> UserCallEvaluation::output() const {
  std::vector<AttributePtr> columns = child()->output();
  columns.insert(columns.end(), results_.begin(), results_.end());
  return columns;
}

PlanPtr UserCallEvaluation::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<UserCallEvaluation>(calls_, results_, std::move(children[0]));
}

std::string UserCallEvaluation::Describe() const {
  return "PythonEvaluation " + ListText(calls_) + ", " + ListText(results_);
}

}  // namespace firesteel
