#include "expr/sql_call.h"

#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"

namespace firesteel {

namespace {

std::vector<ExpressionPtr> BodyAndArguments(ExpressionPtr body,
                                            const std::vector<ExpressionPtr>& arguments) {
  std::vector<ExpressionPtr> children{std::move(body)};
  children.insert(children.end(), arguments.begin(), arguments.end());
  return children;
}

}  // namespace

SqlCall::SqlCall(std::string text, ExpressionPtr body, std::vector<LambdaVariablePtr> variables,
                 const std::vector<ExpressionPtr>& arguments)
    : SqlCall(std::move(text), std::move(variables),
              BodyAndArguments(std::move(body), arguments)) {}

SqlCall::SqlCall(std::string text, std::vector<LambdaVariablePtr> variables,
                 std::vector<ExpressionPtr> children)
    : Expression(kKind, std::move(children)),
      text_(std::move(text)),
      variables_(std::move(variables)) {
  const bool known =
      std::all_of(this->children().begin(), this->children().end(),
                  [](const ExpressionPtr& child) { return child->resolved(); });
  if (known) SetType(body()->type(), body()->nullable());
}

bool SqlCall::may_fail() const {
  return std::any_of(children().begin(), children().end(),
                     [](const ExpressionPtr& child) { return child->may_fail(); });
}

ExpressionPtr SqlCall::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return ExpressionPtr(new SqlCall(text_, variables_, std::move(children)));
}

std::string SqlCall::ToString() const {
  std::string text = "sqlcall(" + body()->ToString();
  for (size_t i = 0; i < variables_.size(); ++i) {
    text += ", " + variables_[i]->ToString() + " = " + children()[i + 1]->ToString();
  }
  return text + ")";
}

Result<ColumnVector> SqlCall::Evaluate(const arrow::RecordBatch& batch,
                                       EvaluationContext* context) const {
  if (variables_.empty()) return body()->Evaluate(batch, context);
  arrow::FieldVector fields = batch.schema()->fields();
  arrow::ArrayVector columns = batch.columns();
  for (size_t i = 0; i < variables_.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const ColumnVector value, children()[i + 1]->Evaluate(batch, context));
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, value.Expand(batch.num_rows()));
    fields.push_back(arrow::field(variables_[i]->column_name(), values->type()));
    columns.push_back(std::move(values));
  }
  const auto bound = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch.num_rows(),
                                              std::move(columns));
  return body()->Evaluate(*bound, context);
}

}  // namespace firesteel
