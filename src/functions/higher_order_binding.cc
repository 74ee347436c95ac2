#include "functions/higher_order_binding.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "expr/lambda.h"

namespace firesteel {

namespace {

/// Whether every row gives the same.
bool IsSameForAllRows(std::span<const ExpressionPtr> arguments) {
  for (const ExpressionPtr& argument : arguments) {
    if (!argument->deterministic() || ReadsBatch(*argument)) return false;
  }
  return true;
}

}  // namespace

BoundFunction MakeHigherOrder(const BindRequest& request, std::vector<DataType> values,
                              DataType return_type, bool nullable, LazyKernel kernel) {
  BoundFunction function;
  function.argument_types = std::move(values);
  for (int i = static_cast<int>(function.argument_types.size()); i < request.size(); ++i) {
    function.argument_types.push_back(request.type(i));
  }
  function.return_type = std::move(return_type);
  function.nullable = nullable;
  function.lazy_kernel = [kernel = std::move(kernel)](
                             std::span<const ExpressionPtr> arguments,
                             const arrow::RecordBatch& batch,
                             EvaluationContext* context) -> Result<ColumnVector> {
    if (batch.num_rows() <= 1 || !IsSameForAllRows(arguments)) {
      return kernel(arguments, batch, context);
    }
    ARROW_ASSIGN_OR_RAISE(ColumnVector one, kernel(arguments, *batch.Slice(0, 1), context));
    one.constant = true;
    return one;
  };
  return function;
}

Status RequireLambdaType(const BindRequest& request, int index, const DataType& type,
                         BoundFunction* function) {
  const DataType& given = request.type(index);
  if (!given.SameType(type) && given.id() != TypeId::kNull) {
    return UnexpectedInputType(request, index, Quoted(type.Sql()));
  }
  function->argument_types[index] = type;
  return Status::OK();
}

Result<std::shared_ptr<arrow::Array>> EvaluateFlat(
    const Expression& lambda, const std::vector<std::shared_ptr<arrow::Array>>& variables,
    const arrow::RecordBatch& batch, const FlatLists& flat, EvaluationContext* context) {
  ARROW_ASSIGN_OR_RAISE(ColumnVector values,
                        EvaluateLambda(lambda, variables, batch, flat.parents, context));
  return values.Expand(flat.size());
}

}  // namespace firesteel
