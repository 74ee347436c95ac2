#include "expr/lambda.h"

#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "expr/row_selection.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Finds a variable's column; the innermost ones come last. -1: there is none.
int FindColumn(const LambdaVariable& variable, const arrow::RecordBatch& batch) {
  const arrow::FieldVector& fields = batch.schema()->fields();
  for (int i = static_cast<int>(fields.size()); i-- > 0;) {
    if (fields[i]->name() == variable.column_name()) return i;
  }
  return -1;
}

bool ReadsOutside(const Expression& expression, std::vector<ExprId>* inside) {
  if (expression.kind() == ExpressionKind::kAttribute ||
      expression.kind() == ExpressionKind::kBoundReference) {
    return true;
  }
  if (const auto* variable = As<LambdaVariable>(expression)) {
    return std::find(inside->begin(), inside->end(), variable->id()) == inside->end();
  }
  const auto* lambda = As<Lambda>(expression);
  const size_t depth = inside->size();
  if (lambda) {
    for (const LambdaVariablePtr& variable : lambda->variables()) inside->push_back(variable->id());
  }
  bool reads = false;
  for (const ExpressionPtr& child : expression.children()) {
    reads = reads || ReadsOutside(*child, inside);
  }
  inside->resize(depth);
  return reads;
}

bool IsEveryRow(std::span<const int64_t> parents, int64_t rows) {
  if (static_cast<int64_t>(parents.size()) != rows) return false;
  for (int64_t i = 0; i < rows; ++i) {
    if (parents[i] != i) return false;
  }
  return true;
}

/// Gives the columns of `batch` that the body reads, once for each element's row.
Result<arrow::ArrayVector> ColumnsOfParents(const Expression& body,
                                            const arrow::RecordBatch& batch,
                                            std::span<const int64_t> parents) {
  if (IsEveryRow(parents, batch.num_rows())) return batch.columns();
  const auto indices = std::make_shared<arrow::Int64Array>(
      static_cast<int64_t>(parents.size()), arrow::Buffer::Wrap(parents.data(), parents.size()));
  return TakeColumnsRead(body, batch, indices);
}

std::string Render(const Lambda& lambda, const std::string& body) {
  std::string text = "lambdafunction(" + body;
  for (const LambdaVariablePtr& variable : lambda.variables()) {
    text += ", ";
    text += variable->Sql();
  }
  return text + ")";
}

}  // namespace

LambdaVariable::LambdaVariable(std::string name, DataType type, bool nullable, ExprId id)
    : Expression(kKind, {}),
      name_(std::move(name)),
      id_(id),
      column_name_("lambda variable " + std::to_string(id)) {
  SetType(std::move(type), nullable);
}

ExpressionPtr LambdaVariable::WithNewChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string LambdaVariable::Sql() const { return "namedlambdavariable()"; }

// Leaves the id out: two lambdas of the same text mean the same, whatever ids they got.
std::string LambdaVariable::ToString() const { return "lambda " + name_; }

Result<ColumnVector> LambdaVariable::Evaluate(const arrow::RecordBatch& batch,
                                              EvaluationContext*) const {
  const int column = FindColumn(*this, batch);
  if (column < 0) return InternalError("The variable " + name_ + " has no value");
  return ColumnVector{batch.column(column), false};
}

Lambda::Lambda(std::vector<LambdaVariablePtr> variables, ExpressionPtr body)
    : Expression(kKind, {std::move(body)}), variables_(std::move(variables)) {
  if (this->body()->resolved()) SetType(this->body()->type(), this->body()->nullable());
}

ExpressionPtr Lambda::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<Lambda>(variables_, std::move(children[0]));
}

std::string Lambda::Sql() const { return Render(*this, body()->Sql()); }

std::string Lambda::ToString() const {
  std::string text = "lambdafunction(" + body()->ToString();
  for (const LambdaVariablePtr& variable : variables_) text += ", " + variable->ToString();
  return text + ")";
}

Result<ColumnVector> EvaluateLambda(const Expression& lambda,
                                    std::span<const std::shared_ptr<arrow::Array>> variables,
                                    const arrow::RecordBatch& batch,
                                    std::span<const int64_t> parents, EvaluationContext* context) {
  const auto* node = As<Lambda>(lambda);
  const Expression& body = node ? *node->body() : lambda;
  if (parents.empty()) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> empty,
                          arrow::MakeEmptyArray(ToArrowType(body.type())));
    return ColumnVector{std::move(empty), false};
  }
  ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, ColumnsOfParents(body, batch, parents));
  arrow::FieldVector fields = batch.schema()->fields();
  for (size_t i = 0; node && i < node->variables().size(); ++i) {
    if (i >= variables.size()) return InternalError("A lambda has too many variables");
    fields.push_back(arrow::field(node->variables()[i]->column_name(), variables[i]->type()));
    columns.push_back(variables[i]);
  }
  const auto bindings =
      arrow::RecordBatch::Make(arrow::schema(std::move(fields)),
                               static_cast<int64_t>(parents.size()), std::move(columns));
  return body.Evaluate(*bindings, context);
}

bool ReadsBatch(const Expression& expression) {
  std::vector<ExprId> inside;
  return ReadsOutside(expression, &inside);
}

void MarkColumnsRead(const Expression& expression, const arrow::RecordBatch& batch,
                     std::vector<bool>* used) {
  if (const auto* reference = As<BoundReference>(expression)) {
    if (reference->index() < static_cast<int>(used->size())) (*used)[reference->index()] = true;
  } else if (const auto* variable = As<LambdaVariable>(expression)) {
    const int column = FindColumn(*variable, batch);
    if (column >= 0) (*used)[column] = true;
  }
  for (const ExpressionPtr& child : expression.children()) MarkColumnsRead(*child, batch, used);
}

}  // namespace firesteel
