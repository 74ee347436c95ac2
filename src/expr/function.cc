#include "expr/function.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/util.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

std::string CallText(std::string_view name, const std::vector<std::string>& arguments) {
  std::string text(name);
  text += "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text += ", ";
    text += arguments[i];
  }
  return text + ")";
}

std::string Render(const BoundFunction& bound, std::string_view name,
                   const std::vector<std::string>& arguments) {
  return bound.sql ? bound.sql(arguments) : CallText(name, arguments);
}

}  // namespace

ScalarFunction::ScalarFunction(const ScalarFunctionDefinition* definition,
                               std::shared_ptr<const BoundFunction> bound,
                               std::vector<ExpressionPtr> arguments)
    : Expression(kKind, std::move(arguments)), definition_(definition), bound_(std::move(bound)) {
  SetType(bound_->return_type, bound_->nullable);
}

bool ScalarFunction::deterministic() const {
  return bound_->deterministic && Expression::deterministic();
}

bool ScalarFunction::may_fail() const {
  if (bound_->may_fail) return true;
  for (const ExpressionPtr& argument : children()) {
    if (argument->may_fail()) return true;
  }
  return false;
}

ExpressionPtr ScalarFunction::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<ScalarFunction>(definition_, bound_, std::move(children));
}

std::string ScalarFunction::Sql() const {
  std::vector<std::string> arguments;
  arguments.reserve(children().size());
  for (const ExpressionPtr& argument : children()) arguments.push_back(argument->Sql());
  return Render(*bound_, name(), arguments);
}

std::string ScalarFunction::ToString() const {
  std::vector<std::string> arguments;
  arguments.reserve(children().size());
  for (const ExpressionPtr& argument : children()) arguments.push_back(argument->ToString());
  return Render(*bound_, name(), arguments);
}

Result<ColumnVector> ScalarFunction::Evaluate(const arrow::RecordBatch& batch,
                                              EvaluationContext* context) const {
  const int64_t rows = batch.num_rows();
  if (rows == 0) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> empty,
                          arrow::MakeEmptyArray(ToArrowType(type())));
    return ColumnVector{std::move(empty), false};
  }
  if (bound_->lazy_kernel) return bound_->lazy_kernel(children(), batch, context);
  std::vector<ColumnVector> arguments;
  arguments.reserve(children().size());
  bool constant = bound_->deterministic;
  for (const ExpressionPtr& child : children()) {
    ARROW_ASSIGN_OR_RAISE(ColumnVector argument, child->Evaluate(batch, context));
    if (argument.constant && argument.values->length() < 1) {
      return InternalError("A constant argument of " + std::string(name()) + " has no element");
    }
    constant &= argument.constant;
    arguments.push_back(std::move(argument));
  }
  if (!constant) return bound_->kernel(arguments, rows, context);
  // One row stands for all when nothing differs between rows.
  ARROW_ASSIGN_OR_RAISE(ColumnVector result, bound_->kernel(arguments, 1, context));
  result.constant = true;
  return result;
}

}  // namespace firesteel
