#include "analyzer/array_field.h"

#include <utility>

#include "arrow/array/array_nested.h"
#include "common/error.h"
#include "expr/function.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

Result<BoundFunction> NotCallable(const BindRequest& request) {
  return InternalError("The function " + std::string(request.name) + " has no name to call it by");
}

// Made by dotted names only, which is why no family of functions lists it.
constexpr ScalarFunctionDefinition kDefinition = {
    "getarraystructfields", 1, 1, {"`array.field`: the field of every struct.", "1.0.0"},
    NotCallable};

Result<ColumnVector> TakeField(const ColumnVector& argument, int ordinal, const DataType& type) {
  const auto& list = static_cast<const arrow::ListArray&>(*argument.values);
  const auto& structs = static_cast<const arrow::StructArray&>(*list.values());
  // A field without NULLs of its own still gets those of the structs around it.
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> field, structs.GetFlattenedField(ordinal));
  auto data = list.data()->Copy();
  data->type = ToArrowType(type);
  data->child_data = {field->data()};
  return ColumnVector{std::make_shared<arrow::ListArray>(std::move(data)), argument.constant};
}

}  // namespace

ExpressionPtr ArrayField(const ExpressionPtr& array, int ordinal) {
  const DataType& element = array->type().element_type();
  const StructField& field = element.fields()[ordinal];
  BoundFunction function;
  function.argument_types = {array->type()};
  function.return_type =
      DataType::Array(field.type, array->type().contains_null() || field.nullable);
  function.nullable = array->nullable();
  function.may_fail = false;
  function.kernel = [ordinal, type = function.return_type](std::span<const ColumnVector> arguments,
                                                           int64_t, EvaluationContext*) {
    return TakeField(arguments[0], ordinal, type);
  };
  function.sql = [name = field.name](const std::vector<std::string>& arguments) {
    return arguments[0] + "." + name;
  };
  return std::make_shared<ScalarFunction>(
      &kDefinition, std::make_shared<const BoundFunction>(std::move(function)),
      std::vector<ExpressionPtr>{array});
}

}  // namespace firesteel
