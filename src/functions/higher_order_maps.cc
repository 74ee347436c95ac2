#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/coercion.h"
#include "functions/higher_order_binding.h"
#include "functions/nested_arrays.h"
#include "functions/registry.h"
#include "functions/take.h"
#include "functions/value_key.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;

Result<std::vector<DataType>> MatchMap(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kMap) {
    return UnexpectedInputType(request, 0, Quoted("MAP"));
  }
  return std::vector<DataType>{request.type(0)};
}

/// A map column laid out for `(key, value) -> …`.
struct FlatMaps {
  FlatLists flat;
  Arrays sides;  ///< keys, values
};

Result<FlatMaps> FlattenMaps(const Expression& argument, const arrow::RecordBatch& batch,
                             EvaluationContext* context) {
  ARROW_ASSIGN_OR_RAISE(ColumnVector maps, argument.Evaluate(batch, context));
  FlatMaps result;
  result.flat = Flatten(maps, batch.num_rows());
  result.sides.resize(2);
  ARROW_ASSIGN_OR_RAISE(result.sides[0], GatherElements(Maps(maps).keys(), result.flat));
  ARROW_ASSIGN_OR_RAISE(result.sides[1], GatherElements(Maps(maps).items(), result.flat));
  return result;
}

/// transform_keys and transform_values: the lambda gives one side anew.
template <bool keys>
Result<BoundFunction> BindTransformSide(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(auto types, MatchMap(request));
  const DataType& map = request.type(0);
  const DataType& made = request.type(1);
  if (keys && made.id() == TypeId::kMap) {
    return MakeError("DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE",
                     {{"sqlExpr", Quoted(CallSql(request))}, {"keyType", Quoted(made.Sql())}});
  }
  const DataType type =
      keys ? DataType::Map(made, map.value_type(), map.value_contains_null())
           : DataType::Map(map.key_type(), made, request.arguments[1]->nullable());
  return MakeHigherOrder(
      request, std::move(types), type, request.arguments[0]->nullable(),
      [type, duplicates = DuplicateKeysOf(request.settings)](
          std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
          EvaluationContext* context) -> Result<ColumnVector> {
        ARROW_ASSIGN_OR_RAISE(FlatMaps maps, FlattenMaps(*arguments[0], batch, context));
        ARROW_ASSIGN_OR_RAISE(
            auto values, EvaluateFlat(*arguments[1], maps.sides, batch, maps.flat, context));
        maps.sides[keys ? 0 : 1] = std::move(values);
        return WrapMaps(type, maps.sides[0], maps.sides[1], maps.flat.offsets, maps.flat.set,
                        duplicates);
      });
}

Result<BoundFunction> BindMapFilter(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(auto types, MatchMap(request));
  const DataType type = request.type(0);
  BoundFunction function = MakeHigherOrder(
      request, std::move(types), type, request.arguments[0]->nullable(),
      [type](std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
             EvaluationContext* context) -> Result<ColumnVector> {
        ARROW_ASSIGN_OR_RAISE(FlatMaps maps, FlattenMaps(*arguments[0], batch, context));
        ARROW_ASSIGN_OR_RAISE(
            auto truths, EvaluateFlat(*arguments[1], maps.sides, batch, maps.flat, context));
        const arrow::BooleanArray* bits =
            truths->type_id() == arrow::Type::BOOL
                ? static_cast<const arrow::BooleanArray*>(truths.get())
                : nullptr;
        std::vector<int64_t> kept;
        std::vector<int32_t> offsets{0};
        for (int64_t row = 0; row < maps.flat.rows(); ++row) {
          for (int64_t i = maps.flat.offsets[row]; i < maps.flat.offsets[row + 1]; ++i) {
            if (bits && bits->IsValid(i) && bits->Value(i)) kept.push_back(i);
          }
          offsets.push_back(static_cast<int32_t>(kept.size()));
        }
        ARROW_ASSIGN_OR_RAISE(auto map_keys, TakeElements(maps.sides[0], kept));
        ARROW_ASSIGN_OR_RAISE(auto map_values, TakeElements(maps.sides[1], kept));
        return WrapMaps(type, map_keys, map_values, offsets, maps.flat.set,
                        DuplicateKeys::kLastWins);
      });
  ARROW_RETURN_NOT_OK(RequireLambdaType(request, 1, TypeId::kBoolean, &function));
  return function;
}

/// The keys of two maps, each once, and where each side has its value.
struct ZippedMaps {
  FlatLists flat;
  std::vector<int64_t> keys;  ///< in the concatenation of both sides' keys
  std::vector<int64_t> sides[2];
};

ZippedMaps ZipMaps(const FlatMaps (&maps)[2], int64_t rows) {
  ZippedMaps zipped;
  zipped.flat.set.assign(rows, 1);
  const int64_t left_size = maps[0].flat.size();
  std::unordered_map<std::string, size_t> seen;
  std::string key;
  for (int64_t row = 0; row < rows; ++row) {
    seen.clear();
    const bool set = maps[0].flat.IsSet(row) && maps[1].flat.IsSet(row);
    zipped.flat.set[row] = set;
    for (int side = 0; set && side < 2; ++side) {
      const std::vector<int32_t>& offsets = maps[side].flat.offsets;
      for (int64_t i = offsets[row]; i < offsets[row + 1]; ++i) {
        key.clear();
        AppendValueKey(*maps[side].sides[0], i, &key);
        auto [entry, is_new] = seen.try_emplace(key, zipped.keys.size());
        if (is_new) {
          zipped.keys.push_back(side == 0 ? i : left_size + i);
          zipped.sides[0].push_back(kNoElement);
          zipped.sides[1].push_back(kNoElement);
          zipped.flat.parents.push_back(row);
        }
        zipped.sides[side][entry->second] = i;
      }
    }
    zipped.flat.offsets.push_back(static_cast<int32_t>(zipped.keys.size()));
  }
  zipped.flat.elements = zipped.keys;
  return zipped;
}

Result<ColumnVector> ZipMapsWith(std::span<const ExpressionPtr> arguments,
                                 const arrow::RecordBatch& batch, EvaluationContext* context,
                                 const DataType& type) {
  FlatMaps maps[2];
  arrow::ArrayVector keys;
  const auto key_type = ToArrowType(type.key_type());
  for (int side = 0; side < 2; ++side) {
    ARROW_ASSIGN_OR_RAISE(maps[side], FlattenMaps(*arguments[side], batch, context));
    ARROW_ASSIGN_OR_RAISE(auto side_keys, ViewAs(maps[side].sides[0], key_type));
    keys.push_back(std::move(side_keys));
  }
  const ZippedMaps zipped = ZipMaps(maps, batch.num_rows());
  ARROW_ASSIGN_OR_RAISE(auto all_keys, arrow::Concatenate(keys));
  Arrays variables(3);
  ARROW_ASSIGN_OR_RAISE(variables[0], TakeElements(all_keys, zipped.keys));
  for (int side = 0; side < 2; ++side) {
    ARROW_ASSIGN_OR_RAISE(variables[side + 1],
                          TakeElements(maps[side].sides[1], zipped.sides[side]));
  }
  ARROW_ASSIGN_OR_RAISE(auto values,
                        EvaluateFlat(*arguments[2], variables, batch, zipped.flat, context));
  return WrapMaps(type, variables[0], values, zipped.flat.offsets, zipped.flat.set,
                  DuplicateKeys::kError);
}

Result<BoundFunction> BindMapZipWith(const BindRequest& request) {
  for (int i = 0; i < 2; ++i) {
    if (request.type(i).id() != TypeId::kMap) {
      return UnexpectedInputType(request, i, Quoted("MAP"));
    }
  }
  auto key = MapZipKeyType(request.type(0), request.type(1), request.settings.ansi);
  if (!key) {
    return MakeError("DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`" + std::string(request.name) + "`"},
                      {"leftType", Quoted(request.type(0).key_type().Sql())},
                      {"rightType", Quoted(request.type(1).key_type().Sql())}});
  }
  std::vector<DataType> maps;
  for (int i = 0; i < 2; ++i) {
    maps.push_back(DataType::Map(*key, request.type(i).value_type(),
                                 request.type(i).value_contains_null()));
  }
  const DataType type = DataType::Map(*key, request.type(2), request.arguments[2]->nullable());
  return MakeHigherOrder(
      request, std::move(maps), type,
      request.arguments[0]->nullable() || request.arguments[1]->nullable(),
      [type](std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
             EvaluationContext* context) {
        return ZipMapsWith(arguments, batch, context, type);
      });
}

constexpr ScalarFunctionDefinition kHigherOrderMaps[] = {
    {"transform_keys",
     2,
     2,
     {"`transform_keys(expr, func)`: a map with func of every entry as "
      "its key.",
      "3.0.0"},
     BindTransformSide<true>},
    {"transform_values",
     2,
     2,
     {"`transform_values(expr, func)`: a map with func of every entry "
      "as its value.",
      "3.0.0"},
     BindTransformSide<false>},
    {"map_filter",
     2,
     2,
     {"`map_filter(expr, func)`: the entries for which func is true.", "3.0.0"},
     BindMapFilter},
    {"map_zip_with",
     3,
     3,
     {"`map_zip_with(map1, map2, func)`: func of the values that two maps "
      "have for each key.",
      "3.0.0"},
     BindMapZipWith},
};

}  // namespace

std::optional<DataType> MapZipKeyType(const DataType& left, const DataType& right, bool ansi) {
  const DataType& a = left.key_type();
  const DataType& b = right.key_type();
  const bool strings = (a.id() == TypeId::kString) == (b.id() == TypeId::kString) ||
                       a.id() == TypeId::kNull || b.id() == TypeId::kNull;
  if (!strings) return std::nullopt;
  return WiderType(a, b, ansi);
}

std::span<const ScalarFunctionDefinition> HigherOrderMapFunctions() { return kHigherOrderMaps; }

}  // namespace firesteel
