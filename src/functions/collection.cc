#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/util.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/lambda.h"
#include "expr/nodes.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/fixed_width_kernels.h"
#include "functions/nested_columns.h"
#include "functions/registry.h"
#include "functions/take.h"
#include "functions/type_classes.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

Result<ColumnVector> BuildStruct(std::span<const ColumnVector> fields, int64_t rows,
                                 const std::shared_ptr<arrow::DataType>& type) {
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (size_t i = 0; i < fields.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, fields[i].Expand(rows));
    ARROW_ASSIGN_OR_RAISE(values, ViewAs(values, type->field(static_cast<int>(i))->type()));
    children.push_back(values->data());
  }
  auto data = arrow::ArrayData::Make(type, rows, {nullptr}, std::move(children), 0);
  return ColumnVector{arrow::MakeArray(std::move(data)), false};
}

/// The name a field gets from its expression: an alias, a column or a field; else col1, col2, …
std::string FieldName(const Expression& expression, int place) {
  if (const auto* alias = As<Alias>(expression)) return alias->name();
  if (const auto* attribute = As<Attribute>(expression)) return attribute->name();
  if (const auto* field = As<GetField>(expression)) return field->field_name();
  if (const auto* variable = As<LambdaVariable>(expression)) return variable->name();
  return "col" + std::to_string(place + 1);
}

Result<BoundFunction> BindStruct(const BindRequest& request) {
  BoundFunction function;
  std::vector<StructField> fields;
  for (int i = 0; i < request.size(); ++i) {
    const Expression& argument = *request.arguments[i];
    function.argument_types.push_back(argument.type());
    fields.push_back({FieldName(argument, i), argument.type(), argument.nullable()});
  }
  function.return_type = DataType::Struct(std::move(fields));
  function.nullable = false;
  function.may_fail = false;
  auto type = ToArrowType(function.return_type);
  function.kernel = [type](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) { return BuildStruct(arguments, rows, type); };
  return function;
}

Status WrongCount(const BindRequest& request, const std::string& expected) {
  return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                   {{"functionName", "`" + std::string(request.name) + "`"},
                    {"expectedNum", expected},
                    {"actualNum", std::to_string(request.size())}});
}

Result<BoundFunction> BindNamedStruct(const BindRequest& request) {
  if (request.size() % 2 != 0) return WrongCount(request, "2n (n > 0)");
  BoundFunction function;
  std::vector<StructField> fields;
  for (int i = 0; i < request.size(); i += 2) {
    auto name = ConstantArgument(request, i, TypeId::kString, "name");
    if (!name.ok() || name->is_null() || request.type(i).id() != TypeId::kString) {
      return MakeError("DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
                       {{"sqlExpr", Quoted(CallSql(request))},
                        {"inputExprs", "[" + Quoted(request.arguments[i]->Sql()) + "]"}});
    }
    const Expression& value = *request.arguments[i + 1];
    fields.push_back({name->Get<std::string>(), value.type(), value.nullable()});
    function.argument_types.push_back(TypeId::kString);
    function.argument_types.push_back(value.type());
  }
  function.return_type = DataType::Struct(std::move(fields));
  function.nullable = false;
  function.may_fail = false;
  auto type = ToArrowType(function.return_type);
  function.kernel = [type](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
    std::vector<ColumnVector> values;
    for (size_t i = 1; i < arguments.size(); i += 2) values.push_back(arguments[i]);
    return BuildStruct(values, rows, type);
  };
  return function;
}

/// Lays columns out row by row: element k of row i comes from column k. Gives the concatenation of
/// the columns and the indices into it.
Result<std::shared_ptr<arrow::Array>> LayOut(std::span<const ColumnVector> columns,
                                             const std::shared_ptr<arrow::DataType>& type,
                                             int64_t rows, std::vector<int64_t>* indices) {
  if (columns.empty()) return arrow::MakeEmptyArray(type);
  arrow::ArrayVector parts;
  std::vector<int64_t> starts;
  int64_t next = 0;
  for (const ColumnVector& column : columns) {
    std::shared_ptr<arrow::Array> values = column.values;
    if (column.constant) values = values->Slice(0, 1);
    ARROW_ASSIGN_OR_RAISE(values, ViewAs(values, type));
    starts.push_back(next);
    next += values->length();
    parts.push_back(std::move(values));
  }
  indices->reserve(rows * columns.size());
  for (int64_t row = 0; row < rows; ++row) {
    for (size_t k = 0; k < columns.size(); ++k) {
      indices->push_back(starts[k] + (columns[k].constant ? 0 : row));
    }
  }
  return arrow::Concatenate(parts);
}

std::vector<int32_t> EvenOffsets(int64_t rows, int64_t width) {
  std::vector<int32_t> offsets(rows + 1);
  for (int64_t row = 0; row <= rows; ++row) offsets[row] = static_cast<int32_t>(row * width);
  return offsets;
}

Result<BoundFunction> BindArray(const BindRequest& request) {
  std::vector<DataType> types;
  for (const ExpressionPtr& argument : request.arguments) types.push_back(argument->type());
  auto element = WiderTypeOf(types, request.settings.ansi);
  if (!element) return DifferentTypes(request);
  BoundFunction function;
  function.argument_types.assign(request.size(), *element);
  function.return_type = DataType::Array(*element, AnyNullable(request));
  function.nullable = false;
  function.may_fail = false;
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows,
                                                  EvaluationContext*) -> Result<ColumnVector> {
    std::vector<int64_t> indices;
    ARROW_ASSIGN_OR_RAISE(auto values, LayOut(arguments, ToArrowType(type.element_type()), rows,
                                              &indices));
    return MakeListColumn(type, values, indices,
                          EvenOffsets(rows, static_cast<int64_t>(arguments.size())), {});
  };
  return function;
}

Result<ColumnVector> BuildMap(std::span<const ColumnVector> arguments, int64_t rows,
                              const DataType& type, DuplicateKeys duplicates) {
  std::vector<ColumnVector> columns[2];
  for (size_t i = 0; i < arguments.size(); ++i) columns[i % 2].push_back(arguments[i]);
  const auto width = static_cast<int64_t>(columns[0].size());
  std::shared_ptr<arrow::Array> sides[2];
  for (int side = 0; side < 2; ++side) {
    std::vector<int64_t> indices;
    const auto item_type = ToArrowType(side == 0 ? type.key_type() : type.value_type());
    ARROW_ASSIGN_OR_RAISE(auto all, LayOut(columns[side], item_type, rows, &indices));
    ARROW_ASSIGN_OR_RAISE(sides[side], TakeElements(all, indices));
  }
  return WrapMaps(type, sides[0], sides[1], EvenOffsets(rows, width), {}, duplicates);
}

Result<BoundFunction> BindMap(const BindRequest& request) {
  if (request.size() % 2 != 0) return WrongCount(request, "2n (n > 0)");
  std::vector<DataType> types[2];
  bool values_nullable = false;
  for (int i = 0; i < request.size(); ++i) {
    types[i % 2].push_back(request.type(i));
    values_nullable |= i % 2 == 1 && request.arguments[i]->nullable();
  }
  auto key = WiderTypeOf(types[0], request.settings.ansi);
  auto value = WiderTypeOf(types[1], request.settings.ansi);
  if (!key || !value) {
    const std::string side = key ? "VALUE" : "KEY";
    return MakeError("DATATYPE_MISMATCH.CREATE_MAP_" + side + "_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`map`"},
                      {"dataType", Quoted(side)}});
  }
  if (HoldsMap(*key)) {
    return MakeError("DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE",
                     {{"sqlExpr", Quoted(CallSql(request))}, {"keyType", Quoted(key->Sql())}});
  }
  BoundFunction function;
  for (int i = 0; i < request.size(); ++i) {
    function.argument_types.push_back(i % 2 == 0 ? *key : *value);
  }
  function.return_type = DataType::Map(*key, *value, values_nullable);
  function.nullable = false;
  const DuplicateKeys duplicates =
      request.settings.last_map_key_wins ? DuplicateKeys::kLastWins : DuplicateKeys::kError;
  function.kernel = [type = function.return_type, duplicates](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
    return BuildMap(arguments, rows, type, duplicates);
  };
  return function;
}

/// The number of elements; of NULL it is NULL, without ANSI mode -1.
Result<BoundFunction> BindSize(const BindRequest& request) {
  using Kind = ParameterType::Kind;
  const bool null_is_null = request.settings.ansi;
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {ParameterType::OneOf({Kind::kArray, Kind::kMap})}, TypeId::kInteger,
                    [null_is_null](std::span<const ColumnVector> arguments, int64_t rows,
                                   EvaluationContext*) -> Result<ColumnVector> {
                      ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
                      if (validity.all_null && null_is_null) return NullConstant(arrow::int32());
                      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                                            arrow::AllocateBuffer(rows * sizeof(int32_t)));
                      auto* out = buffer->mutable_data_as<int32_t>();
                      const auto& lists =
                          static_cast<const arrow::ListArray&>(*arguments[0].values);
                      for (int64_t row = 0; row < rows; ++row) {
                        const int64_t i = arguments[0].constant ? 0 : row;
                        out[row] = lists.IsNull(i) ? -1 : lists.value_length(i);
                      }
                      if (!null_is_null) validity = Validity{};
                      return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
                    }));
  function.may_fail = false;
  if (!null_is_null) function.nullable = false;
  return function;
}

/// map_keys and map_values: the entries' one side, as lists.
template <bool keys>
Result<BoundFunction> BindMapSide(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kMap}));
  const DataType& map = function.argument_types[0];
  function.return_type = keys ? DataType::Array(map.key_type(), false)
                              : DataType::Array(map.value_type(), map.value_contains_null());
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  auto type = ToArrowType(function.return_type);
  function.kernel = [type](std::span<const ColumnVector> arguments, int64_t,
                           EvaluationContext*) -> Result<ColumnVector> {
    const auto& array = static_cast<const arrow::MapArray&>(*arguments[0].values);
    const std::shared_ptr<arrow::Array>& side = keys ? array.keys() : array.items();
    ARROW_ASSIGN_OR_RAISE(auto values, ViewAs(side, type->field(0)->type()));
    auto data = arrow::ArrayData::Make(type, array.length(),
                                       {array.null_bitmap(), array.value_offsets()},
                                       {values->data()}, array.null_count(), array.offset());
    return ColumnVector{arrow::MakeArray(std::move(data)), arguments[0].constant};
  };
  return function;
}

constexpr ScalarFunctionDefinition kCollectionFunctions[] = {
    {"struct",
     0,
     -1,
     {"`struct(expr, …)`: a struct; fields are named after the columns.", "1.4.0"},
     BindStruct},
    {"named_struct",
     0,
     -1,
     {"`named_struct(name1, val1, …)`: a struct.", "1.5.0"},
     BindNamedStruct},
    {"array", 0, -1, {"`array(expr, …)`: an array.", "1.1.0"}, BindArray},
    {"map", 0, -1, {"`map(key1, value1, …)`: a map.", "2.0.0"}, BindMap},
    {"size", 1, 1, {"`size(expr)`: the elements of an array or map.", "1.5.0"}, BindSize},
    {"cardinality",
     1,
     1,
     {"`cardinality(expr)`: the elements of an array or map.", "2.4.0"},
     BindSize},
    {"map_keys", 1, 1, {"`map_keys(map)`: the keys, unordered.", "2.0.0"}, BindMapSide<true>},
    {"map_values",
     1,
     1,
     {"`map_values(map)`: the values, unordered.", "2.0.0"},
     BindMapSide<false>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> CollectionFunctions() { return kCollectionFunctions; }

}  // namespace firesteel
