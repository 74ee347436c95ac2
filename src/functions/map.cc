#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/util.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/fixed_width_kernels.h"
#include "functions/nested_arrays.h"
#include "functions/nested_columns.h"
#include "functions/ordering.h"
#include "functions/registry.h"
#include "functions/take.h"
#include "functions/tightest_type.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

DuplicateKeys PolicyOf(const FunctionSettings& settings) {
  return settings.last_map_key_wins ? DuplicateKeys::kLastWins : DuplicateKeys::kError;
}

/// Clears the rows of `flat` that another argument makes NULL.
FlatLists FlattenWhere(const ColumnVector& lists, const Validity& validity, int64_t rows) {
  FlatLists all = Flatten(lists, rows);
  FlatLists flat;
  flat.set.assign(rows, 0);
  for (int64_t row = 0; row < rows; ++row) {
    flat.set[row] = validity.IsValid(row);
    if (flat.set[row]) {
      flat.elements.insert(flat.elements.end(), all.elements.begin() + all.offsets[row],
                           all.elements.begin() + all.offsets[row + 1]);
    }
    flat.offsets.push_back(static_cast<int32_t>(flat.elements.size()));
  }
  return flat;
}

Result<BoundFunction> BindFromArrays(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kArray}));
  const DataType& keys = function.argument_types[0];
  const DataType& values = function.argument_types[1];
  function.return_type =
      DataType::Map(keys.element_type(), values.element_type(), values.contains_null());
  function.nullable = AnyNullable(request);
  function.kernel = [type = function.return_type, policy = PolicyOf(request.settings)](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(ToArrowType(type));
    const FlatLists key_lists = FlattenWhere(arguments[0], validity, rows);
    const FlatLists value_lists = FlattenWhere(arguments[1], validity, rows);
    if (key_lists.offsets != value_lists.offsets) return MakeError("_LEGACY_ERROR_TEMP_2128");
    ARROW_ASSIGN_OR_RAISE(auto map_keys, GatherElements(Lists(arguments[0]).values(), key_lists));
    ARROW_ASSIGN_OR_RAISE(auto map_values,
                          GatherElements(Lists(arguments[1]).values(), value_lists));
    return WrapMaps(type, map_keys, map_values, key_lists.offsets, key_lists.set, policy);
  };
  return function;
}

/// A NULL among the entries makes the map NULL.
Result<ColumnVector> MapsFromEntries(const ColumnVector& lists, int64_t rows, const DataType& type,
                                     DuplicateKeys policy) {
  Validity validity;
  ARROW_ASSIGN_OR_RAISE(validity, CombineValidity(std::span(&lists, 1), rows));
  if (validity.all_null) return NullConstant(ToArrowType(type));
  ARROW_ASSIGN_OR_RAISE(validity.bitmap, WritableBitmap(validity, rows));
  const auto& structs = static_cast<const arrow::StructArray&>(*Lists(lists).values());
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t i = lists.constant ? 0 : row;
    if (!validity.IsValid(row)) continue;
    for (int64_t k = Lists(lists).value_offset(i); k < Lists(lists).value_offset(i + 1); ++k) {
      if (structs.IsNull(k)) arrow::bit_util::ClearBit(validity.bitmap->mutable_data(), row);
    }
  }
  const FlatLists flat = FlattenWhere(lists, validity, rows);
  ARROW_ASSIGN_OR_RAISE(auto keys, GatherElements(structs.field(0), flat));
  ARROW_ASSIGN_OR_RAISE(auto values, GatherElements(structs.field(1), flat));
  return WrapMaps(type, keys, values, flat.offsets, flat.set, policy);
}

Result<BoundFunction> BindFromEntries(const BindRequest& request) {
  const DataType& given = request.type(0);
  const bool fits = given.id() == TypeId::kArray &&
                    given.element_type().id() == TypeId::kStruct &&
                    given.element_type().fields().size() == 2;
  if (!fits) {
    return UnexpectedInputType(request, 0,
                               Quoted("ARRAY") + " of pair " + Quoted("STRUCT"));
  }
  const std::vector<StructField>& fields = given.element_type().fields();
  BoundFunction function;
  function.argument_types = {given};
  function.return_type = DataType::Map(fields[0].type, fields[1].type, fields[1].nullable);
  function.nullable = AnyNullable(request) || given.contains_null();
  function.kernel = [type = function.return_type, policy = PolicyOf(request.settings)](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
    return MapsFromEntries(arguments[0], rows, type, policy);
  };
  return function;
}

Result<BoundFunction> BindEntries(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kMap}));
  const DataType& map = function.argument_types[0];
  function.return_type = DataType::Array(
      DataType::Struct({{"key", map.key_type(), false},
                        {"value", map.value_type(), map.value_contains_null()}}),
      false);
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows,
                                                  EvaluationContext*) -> Result<ColumnVector> {
    const FlatLists flat = Flatten(arguments[0], rows);
    ARROW_ASSIGN_OR_RAISE(auto keys, GatherElements(Maps(arguments[0]).keys(), flat));
    ARROW_ASSIGN_OR_RAISE(auto values, GatherElements(Maps(arguments[0]).items(), flat));
    ARROW_ASSIGN_OR_RAISE(auto structs,
                          WrapStructs(type.element_type(), {keys, values}, flat.size(), {}));
    return WrapLists(type, structs, flat.offsets, flat.set);
  };
  return function;
}

Result<ColumnVector> ConcatMaps(std::span<const ColumnVector> arguments, int64_t rows,
                                const DataType& type, DuplicateKeys policy) {
  const auto arrow_type = ToArrowType(type);
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow_type);
  const auto& entry_type = arrow_type->field(0)->type();
  arrow::ArrayVector sides[2];
  std::vector<int64_t> starts{0};
  for (const ColumnVector& argument : arguments) {
    ARROW_ASSIGN_OR_RAISE(auto keys, ViewAs(Maps(argument).keys(), entry_type->field(0)->type()));
    ARROW_ASSIGN_OR_RAISE(auto values,
                          ViewAs(Maps(argument).items(), entry_type->field(1)->type()));
    starts.push_back(starts.back() + keys->length());
    sides[0].push_back(std::move(keys));
    sides[1].push_back(std::move(values));
  }
  std::vector<int64_t> entries;
  std::vector<int32_t> offsets{0};
  std::vector<uint8_t> set(rows);
  for (int64_t row = 0; row < rows; ++row) {
    set[row] = validity.IsValid(row);
    for (size_t k = 0; set[row] && k < arguments.size(); ++k) {
      const arrow::MapArray& maps = Maps(arguments[k]);
      const int64_t i = arguments[k].constant ? 0 : row;
      for (int64_t e = maps.value_offset(i); e < maps.value_offset(i + 1); ++e) {
        entries.push_back(starts[k] + e);
      }
    }
    offsets.push_back(static_cast<int32_t>(entries.size()));
  }
  std::shared_ptr<arrow::Array> taken[2];
  for (int side = 0; side < 2; ++side) {
    std::shared_ptr<arrow::Array> all;
    if (sides[side].empty()) {
      ARROW_ASSIGN_OR_RAISE(all, arrow::MakeEmptyArray(entry_type->field(side)->type()));
    } else {
      ARROW_ASSIGN_OR_RAISE(all, arrow::Concatenate(sides[side]));
    }
    ARROW_ASSIGN_OR_RAISE(taken[side], TakeElements(all, entries));
  }
  return WrapMaps(type, taken[0], taken[1], offsets, set, policy);
}

Result<BoundFunction> BindConcat(const BindRequest& request) {
  DataType type = DataType::Map(TypeId::kString, TypeId::kString, true);
  for (int i = 0; i < request.size(); ++i) {
    std::optional<DataType> wider;
    if (request.type(i).id() == TypeId::kMap) {
      wider = i == 0 ? request.type(0) : WiderType(type, request.type(i), request.settings.ansi);
    }
    if (!wider) {
      std::string types;
      for (int k = 0; k < request.size(); ++k) {
        types += (k > 0 ? ", " : "") + Quoted(request.type(k).Sql());
      }
      return MakeError("DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES",
                       {{"sqlExpr", Quoted(CallSql(request))},
                        {"functionName", "`map_concat`"},
                        {"dataType", "[" + types + "]"}});
    }
    type = *wider;
  }
  BoundFunction function;
  function.argument_types.assign(request.size(), type);
  function.return_type = type;
  function.nullable = AnyNullable(request);
  function.kernel = [type, policy = PolicyOf(request.settings)](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) { return ConcatMaps(arguments, rows, type, policy); };
  return function;
}

Result<BoundFunction> BindContainsKey(const BindRequest& request) {
  const DataType& map = request.type(0);
  if (request.type(1).id() == TypeId::kNull) {
    return MakeError("DATATYPE_MISMATCH.NULL_TYPE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`" + std::string(request.name) + "`"}});
  }
  std::optional<DataType> key;
  if (map.id() == TypeId::kMap) key = TightestType(map.key_type(), request.type(1));
  if (!key) {
    return MakeError("DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`" + std::string(request.name) + "`"},
                      {"dataType", Quoted("MAP")},
                      {"leftType", Quoted(map.Sql())},
                      {"rightType", Quoted(request.type(1).Sql())}});
  }
  if (!IsOrderable(*key)) return NotOrderable(request, *key);
  BoundFunction function;
  function.argument_types = {DataType::Map(*key, map.value_type(), map.value_contains_null()),
                             *key};
  function.return_type = TypeId::kBoolean;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(*key);
  function.kernel = [order](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::boolean());
    const arrow::MapArray& maps = Maps(arguments[0]);
    const arrow::Array& wanted = *arguments[1].values;
    return MakeBooleanColumn(rows, validity, [&](int64_t row) {
      if (!validity.IsValid(row)) return false;
      const int64_t i = arguments[0].constant ? 0 : row;
      const int64_t j = arguments[1].constant ? 0 : row;
      for (int64_t k = maps.value_offset(i); k < maps.value_offset(i + 1); ++k) {
        if (order->Compare(*maps.keys(), k, wanted, j) == 0) return true;
      }
      return false;
    });
  };
  return function;
}

constexpr ScalarFunctionDefinition kMapFunctions[] = {
    {"map_from_arrays",
     2,
     2,
     {"`map_from_arrays(keys, values)`: a map of two arrays.", "2.4.0"},
     BindFromArrays},
    {"map_from_entries",
     1,
     1,
     {"`map_from_entries(arrayOfEntries)`: a map of an array of "
      "structs.",
      "2.4.0"},
     BindFromEntries},
    {"map_entries",
     1,
     1,
     {"`map_entries(map)`: an array of structs, one per entry.", "3.0.0"},
     BindEntries},
    {"map_concat", 0, -1, {"`map_concat(map, …)`: all entries in one map.", "2.4.0"}, BindConcat},
    {"map_contains_key",
     2,
     2,
     {"`map_contains_key(map, key)`: whether the map has the key.", "3.3.0"},
     BindContainsKey},
};

}  // namespace

std::span<const ScalarFunctionDefinition> MapFunctions() { return kMapFunctions; }

}  // namespace firesteel
