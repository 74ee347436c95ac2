#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/type.h"
#include "common/error.h"
#include "common/free_memory.h"
#include "functions/aggregate_support.h"
#include "functions/registry.h"
#include "functions/take.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The elements of all rows' lists in order, with the rows they come from.
struct Elements {
  std::vector<int64_t> rows;
  std::vector<int64_t> elements;   // places in the list's values, or kNoElement
  std::vector<int32_t> positions;  // within the list
};

/// With `outer`, a row without elements gives one row of NULLs.
Elements ListElements(const ColumnVector& column, int64_t rows, bool outer) {
  Elements result;
  const bool known = column.values->type_id() != arrow::Type::NA;
  const auto* lists = known ? static_cast<const arrow::ListArray*>(column.values.get()) : nullptr;
  if (known && !column.constant) {
    const int64_t count = lists->value_offset(rows) - lists->value_offset(0);
    result.rows.reserve(count);
    result.elements.reserve(count);
    result.positions.reserve(count);
  }
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t i = column.constant ? 0 : row;
    const bool empty = !known || lists->IsNull(i) || lists->value_length(i) == 0;
    if (empty) {
      if (!outer) continue;
      result.rows.push_back(row);
      result.elements.push_back(kNoElement);
      result.positions.push_back(-1);
      continue;
    }
    const int64_t begin = lists->value_offset(i);
    for (int64_t k = begin; k < lists->value_offset(i + 1); ++k) {
      result.rows.push_back(row);
      result.elements.push_back(k);
      result.positions.push_back(static_cast<int32_t>(k - begin));
    }
  }
  return result;
}

Result<std::shared_ptr<arrow::Array>> PositionColumn(const Elements& elements, bool outer) {
  std::vector<uint8_t> set;
  if (outer) {
    for (int32_t position : elements.positions) set.push_back(position >= 0);
    if (set.empty()) return MakeFixedArray(arrow::int32(), elements.positions, {});
  }
  return MakeFixedArray(arrow::int32(), elements.positions, set);
}

Result<GeneratedRows> Explode(const ColumnVector& column, int64_t rows, bool positions,
                              bool outer) {
  Elements elements = ListElements(column, rows, outer);
  GeneratedRows result;
  if (positions) {
    ARROW_ASSIGN_OR_RAISE(auto position_column, PositionColumn(elements, outer));
    result.columns.push_back(std::move(position_column));
  }
  arrow::ArrayVector values;
  if (column.values->type_id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapArray&>(*column.values);
    values = {map.keys(), map.items()};
  } else {
    values = {static_cast<const arrow::ListArray&>(*column.values).values()};
  }
  for (const std::shared_ptr<arrow::Array>& array : values) {
    ARROW_ASSIGN_OR_RAISE(auto taken, TakeElements(array, elements.elements));
    result.columns.push_back(std::move(taken));
  }
  result.source_rows = std::move(elements.rows);
  return result;
}

template <bool positions, bool outer>
Result<BoundGenerator> BindExplode(const BindRequest& request) {
  const DataType& type = request.type(0);
  BoundGenerator generator;
  if (positions) generator.output.push_back({"pos", TypeId::kInteger, outer});
  if (type.id() == TypeId::kArray) {
    generator.output.push_back({"col", type.element_type(), outer || type.contains_null()});
  } else if (type.id() == TypeId::kMap) {
    generator.output.push_back({"key", type.key_type(), outer});
    generator.output.push_back({"value", type.value_type(), outer || type.value_contains_null()});
  } else {
    return UnexpectedInputType(request, 0, "(\"ARRAY\" or \"MAP\")");
  }
  generator.argument_types = {type};
  generator.generate = [](std::span<const ColumnVector> arguments, int64_t rows) {
    return Explode(arguments[0], rows, positions, outer);
  };
  return generator;
}

Result<GeneratedRows> Inline(const ColumnVector& column, int64_t rows, bool outer) {
  Elements elements = ListElements(column, rows, outer);
  GeneratedRows result;
  const auto& lists = static_cast<const arrow::ListArray&>(*column.values);
  const auto& structs = static_cast<const arrow::StructArray&>(*lists.values());
  for (int k = 0; k < structs.num_fields(); ++k) {
    // A NULL struct gives a row of NULLs.
    ARROW_ASSIGN_OR_RAISE(auto field, structs.GetFlattenedField(k));
    ARROW_ASSIGN_OR_RAISE(auto taken, TakeElements(field, elements.elements));
    result.columns.push_back(std::move(taken));
  }
  result.source_rows = std::move(elements.rows);
  return result;
}

template <bool outer>
Result<BoundGenerator> BindInline(const BindRequest& request) {
  const DataType& type = request.type(0);
  if (type.id() != TypeId::kArray || type.element_type().id() != TypeId::kStruct) {
    return UnexpectedInputType(request, 0, "\"ARRAY<STRUCT>\"");
  }
  BoundGenerator generator;
  for (StructField field : type.element_type().fields()) {
    field.nullable |= outer || type.contains_null();
    generator.output.push_back(std::move(field));
  }
  generator.argument_types = {type};
  generator.generate = [](std::span<const ColumnVector> arguments, int64_t rows) {
    return Inline(arguments[0], rows, outer);
  };
  return generator;
}

/// stack: the arguments after the first are laid out in n rows.
Result<GeneratedRows> Stack(std::span<const ColumnVector> values, int64_t rows, int64_t count,
                            const std::vector<std::shared_ptr<arrow::DataType>>& types) {
  const auto width = static_cast<int64_t>(types.size());
  // Where each row and each of its values comes from, and the values.
  const int64_t bytes_per_row = 2 * sizeof(int64_t) * (1 + width);
  int64_t bytes;
  if (__builtin_mul_overflow(rows * count, bytes_per_row, &bytes)) {
    bytes = std::numeric_limits<int64_t>::max();
  }
  ARROW_RETURN_NOT_OK(RequireFreeMemory(bytes));
  GeneratedRows result;
  result.source_rows.reserve(rows * count);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t k = 0; k < count; ++k) result.source_rows.push_back(row);
  }
  for (int64_t column = 0; column < width; ++column) {
    // Expanded columns one after the other; then row by row, one element from each.
    arrow::ArrayVector parts;
    for (int64_t k = 0; k < count; ++k) {
      const auto place = static_cast<size_t>(k * width + column);
      if (place >= values.size()) break;
      ARROW_ASSIGN_OR_RAISE(auto expanded, values[place].Expand(rows));
      ARROW_ASSIGN_OR_RAISE(expanded, ViewAs(expanded, types[column]));
      parts.push_back(std::move(expanded));
    }
    ARROW_ASSIGN_OR_RAISE(auto all, arrow::Concatenate(parts));
    std::vector<int64_t> elements;
    elements.reserve(rows * count);
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t k = 0; k < count; ++k) {
        const bool there = k < static_cast<int64_t>(parts.size());
        elements.push_back(there ? k * rows + row : kNoElement);
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto taken, TakeElements(all, elements));
    result.columns.push_back(std::move(taken));
  }
  return result;
}

Result<BoundGenerator> BindStack(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kInteger) {
    return UnexpectedInputType(request, 0, Quoted("INT"));
  }
  ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, 0, TypeId::kInteger, "n"));
  if (value.is_null()) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                     {{"sqlExpr", Quoted(CallSql(request))}, {"exprName", "n"}});
  }
  const int64_t count = value.Get<int32_t>();
  if (count <= 0) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"exprName", "`n`"},
                      {"valueRange", "(0, 2147483647]"},
                      {"currentValue", std::to_string(count)}});
  }
  const int64_t values = request.size() - 1;
  const int64_t width = (values + count - 1) / count;
  BoundGenerator generator;
  generator.argument_types = {TypeId::kInteger};
  std::vector<std::shared_ptr<arrow::DataType>> types;
  for (int64_t column = 0; column < width; ++column) {
    DataType type;
    for (int64_t place = column; place < values; place += width) {
      const DataType& given = request.type(static_cast<int>(place) + 1);
      if (type.id() == TypeId::kNull) type = given;
      if (given.id() == TypeId::kNull || given.SameType(type)) continue;
      return MakeError("DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES",
                       {{"sqlExpr", Quoted(CallSql(request))},
                        {"columnIndex", std::to_string(column)},
                        {"leftParamIndex", std::to_string(column + 1)},
                        {"leftType", Quoted(type.Sql())},
                        {"rightParamIndex", std::to_string(place + 1)},
                        {"rightType", Quoted(given.Sql())}});
    }
    types.push_back(ToArrowType(type));
    generator.output.push_back({"col" + std::to_string(column), std::move(type), true});
  }
  for (int64_t place = 0; place < values; ++place) {
    generator.argument_types.push_back(generator.output[place % width].type);
  }
  generator.generate = [count, types](std::span<const ColumnVector> arguments, int64_t rows) {
    return Stack(arguments.subspan(1), rows, count, types);
  };
  return generator;
}

constexpr GeneratorDefinition kGeneratorsGenerators[] = {
    {"explode",
     1,
     1,
     {"`explode(expr)`: one row per element of an array or map.", "1.0.0"},
     BindExplode<false, false>},
    {"explode_outer",
     1,
     1,
     {"`explode_outer(expr)`: as explode, NULL for no element.", "1.0.0"},
     BindExplode<false, true>},
    {"posexplode",
     1,
     1,
     {"`posexplode(expr)`: as explode, with positions.", "2.0.0"},
     BindExplode<true, false>},
    {"posexplode_outer",
     1,
     1,
     {"`posexplode_outer(expr)`: as posexplode, NULL for no element.", "2.0.0"},
     BindExplode<true, true>},
    {"inline",
     1,
     1,
     {"`inline(expr)`: one row per struct of an array.", "2.0.0"},
     BindInline<false>},
    {"inline_outer",
     1,
     1,
     {"`inline_outer(expr)`: as inline, NULLs for no struct.", "2.0.0"},
     BindInline<true>},
    {"stack", 2, -1, {"`stack(n, expr, …)`: the values laid out in n rows.", "2.0.0"}, BindStack},
};

}  // namespace

std::span<const GeneratorDefinition> Generators() { return kGeneratorsGenerators; }

}  // namespace firesteel
