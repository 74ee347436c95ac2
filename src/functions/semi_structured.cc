#include "functions/semi_structured.h"

#include <memory>
#include <utility>

#include "common/error.h"
#include "functions/constant.h"
#include "types/arrow_types.h"

namespace firesteel {

Result<Options> OptionsArgument(const BindRequest& request, int index) {
  Options options;
  if (index >= request.size()) return options;
  const DataType& type = request.type(index);
  const ExpressionPtr& argument = request.arguments[index];
  if (type.id() != TypeId::kMap || !IsFoldable(*argument)) {
    return MakeError("INVALID_OPTIONS.NON_MAP_FUNCTION", {});
  }
  if (type.key_type().id() != TypeId::kString || type.value_type().id() != TypeId::kString) {
    return MakeError("INVALID_OPTIONS.NON_STRING_TYPE", {{"mapType", Quoted(type.Sql())}});
  }
  ARROW_ASSIGN_OR_RAISE(Value value, EvaluateConstant(*argument));
  if (value.is_null()) return options;
  for (const auto& [name, setting] : value.Get<MapValue>().entries) {
    if (!setting.is_null()) options.Set(name.Get<std::string>(), setting.Get<std::string>());
  }
  return options;
}

Result<DataType> SchemaArgument(const BindRequest& request, int index) {
  const ExpressionPtr& argument = request.arguments[index];
  const auto refuse = [&] {
    return MakeError("INVALID_SCHEMA.NON_STRING_LITERAL",
                     {{"inputSchema", Quoted(argument->Sql())}});
  };
  if (argument->type().id() != TypeId::kString || !IsFoldable(*argument)) return refuse();
  ARROW_ASSIGN_OR_RAISE(Value value, EvaluateConstant(*argument));
  if (value.is_null()) return refuse();
  const std::string& text = value.Get<std::string>();
  if (text.starts_with('{') || text.starts_with('"')) return DataType::FromJson(text);
  Result<DataType> type = DataType::FromDdl(text);
  if (type.ok()) return type;
  Result<Schema> columns = Schema::FromDdl(text);
  if (columns.ok()) return columns->AsStruct();
  return type.status();
}

DataType AsNullable(const DataType& type) {
  switch (type.id()) {
    case TypeId::kArray: return DataType::Array(AsNullable(type.element_type()), true);
    case TypeId::kMap:
      return DataType::Map(AsNullable(type.key_type()), AsNullable(type.value_type()), true);
    case TypeId::kStruct: {
      std::vector<StructField> fields = type.fields();
      for (StructField& field : fields) {
        field.type = AsNullable(field.type);
        field.nullable = true;
      }
      return DataType::Struct(std::move(fields));
    }
    default: return type;
  }
}

std::function<std::string(const std::vector<std::string>&)> FirstArgumentOnly(
    std::string_view name) {
  return [name = std::string(name)](const std::vector<std::string>& arguments) {
    return name + "(" + arguments[0] + ")";
  };
}

Result<BoundFunction> StartTextFunction(const BindRequest& request) {
  const TypeId given = request.type(0).id();
  if (given != TypeId::kString && given != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("STRING"));
  }
  BoundFunction function;
  function.argument_types = {TypeId::kString};
  for (int i = 1; i < request.size(); ++i) function.argument_types.push_back(request.type(i));
  function.sql = FirstArgumentOnly(request.name);
  return function;
}

Result<std::string> ExampleArgument(const BindRequest& request, std::string_view parameter) {
  const TypeId given = request.type(0).id();
  if (given == TypeId::kNull) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                     {{"sqlExpr", Quoted(CallSql(request))}, {"exprName", std::string(parameter)}});
  }
  if (given != TypeId::kString) return UnexpectedInputType(request, 0, Quoted("STRING"));
  ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, 0, TypeId::kString, parameter));
  if (value.is_null()) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                     {{"sqlExpr", Quoted(CallSql(request))}, {"exprName", std::string(parameter)}});
  }
  return value.Get<std::string>();
}

BoundFunction ConstantText(const BindRequest& request, std::string text) {
  BoundFunction function;
  for (int i = 0; i < request.size(); ++i) function.argument_types.push_back(request.type(i));
  function.return_type = TypeId::kString;
  function.nullable = false;
  function.may_fail = false;
  function.sql = FirstArgumentOnly(request.name);
  function.kernel = [text = std::move(text)](std::span<const ColumnVector>, int64_t,
                                             EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(auto array, MakeArray({text}, TypeId::kString));
    return ColumnVector{std::move(array), true};
  };
  return function;
}

Status MalformedRecord(std::string_view record) {
  return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                   {{"badRecord", std::string(record)}, {"failFastMode", "FAILFAST"}});
}

}  // namespace firesteel
