#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/concatenate.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/fixed_width_kernels.h"
#include "functions/nested_arrays.h"
#include "functions/registry.h"
#include "functions/take.h"
#include "functions/tightest_type.h"
#include "functions/value_key.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The type of the elements of two arrays that are compared.
Result<DataType> MeetingType(const BindRequest& request) {
  const DataType& left = request.type(0);
  const DataType& right = request.type(1);
  std::optional<DataType> type;
  if (left.id() == TypeId::kArray && right.id() == TypeId::kArray) {
    type = TightestType(left.element_type(), right.element_type());
  }
  if (!type) {
    return MakeError("DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`" + std::string(request.name) + "`"},
                      {"arrayType", Quoted("ARRAY")},
                      {"leftType", Quoted(left.Sql())},
                      {"rightType", Quoted(right.Sql())}});
  }
  if (!IsOrderable(*type)) return NotOrderable(request, *type);
  return *std::move(type);
}

using KeySet = std::unordered_set<std::string>;

/// Appends the keys of a row's elements.
void CollectKeys(const arrow::ListArray& lists, int64_t row, KeySet* keys) {
  std::string key;
  for (int64_t i = lists.value_offset(row); i < lists.value_offset(row + 1); ++i) {
    key.clear();
    AppendValueKey(*lists.values(), i, &key);
    keys->insert(key);
  }
}

enum class SetOperation { kUnion, kIntersect, kExcept };

/// Writes what the operation keeps of one row, every value once, in the order of the arrays; the
/// elements of the right side are counted on from `right_start`.
void Combine(SetOperation operation, const arrow::ListArray& left, int64_t i,
             const arrow::ListArray& right, int64_t j, int64_t right_start,
             std::vector<int64_t>* elements) {
  KeySet others;
  KeySet seen;
  if (operation != SetOperation::kUnion) CollectKeys(right, j, &others);
  std::string key;
  for (int64_t k = left.value_offset(i); k < left.value_offset(i + 1); ++k) {
    key.clear();
    AppendValueKey(*left.values(), k, &key);
    const bool common = others.count(key) > 0;
    const bool kept = operation == SetOperation::kUnion ||
                      common == (operation == SetOperation::kIntersect);
    if (kept && seen.insert(key).second) elements->push_back(k);
  }
  if (operation != SetOperation::kUnion) return;
  for (int64_t k = right.value_offset(j); k < right.value_offset(j + 1); ++k) {
    key.clear();
    AppendValueKey(*right.values(), k, &key);
    if (seen.insert(key).second) elements->push_back(right_start + k);
  }
}

template <SetOperation operation>
Result<ColumnVector> CombineLists(std::span<const ColumnVector> arguments, int64_t rows,
                                  const DataType& type) {
  const auto element = ToArrowType(type)->field(0)->type();
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(ToArrowType(type));
  ARROW_ASSIGN_OR_RAISE(auto all, ViewAs(Lists(arguments[0]).values(), element));
  const int64_t right_start = all->length();
  if (operation == SetOperation::kUnion) {
    ARROW_ASSIGN_OR_RAISE(auto others, ViewAs(Lists(arguments[1]).values(), element));
    ARROW_ASSIGN_OR_RAISE(all, arrow::Concatenate({all, others}));
  }
  std::vector<int64_t> elements;
  std::vector<int32_t> offsets{0};
  std::vector<uint8_t> set(rows);
  for (int64_t row = 0; row < rows; ++row) {
    set[row] = validity.IsValid(row);
    if (set[row]) {
      Combine(operation, Lists(arguments[0]), arguments[0].constant ? 0 : row,
              Lists(arguments[1]), arguments[1].constant ? 0 : row, right_start, &elements);
    }
    offsets.push_back(static_cast<int32_t>(elements.size()));
  }
  return MakeListColumn(type, all, elements, offsets, set);
}

template <SetOperation operation>
Result<BoundFunction> BindSetOperation(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType element, MeetingType(request));
  const bool left_null = request.type(0).contains_null();
  const bool right_null = request.type(1).contains_null();
  const bool contains_null = operation == SetOperation::kUnion       ? left_null || right_null
                             : operation == SetOperation::kIntersect ? left_null && right_null
                                                                     : left_null;
  BoundFunction function;
  function.return_type = DataType::Array(element, contains_null);
  function.argument_types = {DataType::Array(element), DataType::Array(element)};
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows, EvaluationContext*) {
    return CombineLists<operation>(arguments, rows, type);
  };
  return function;
}

/// Whether two arrays share a value: true, or NULL when a NULL could be one, or false.
Result<ColumnVector> Overlap(std::span<const ColumnVector> arguments, int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow::boolean());
  Validity known;
  ARROW_ASSIGN_OR_RAISE(known.bitmap, WritableBitmap(validity, rows));
  std::vector<uint8_t> overlaps(rows, 0);
  std::string key;
  for (int64_t row = 0; row < rows; ++row) {
    if (!validity.IsValid(row)) continue;
    bool has_null = false;
    KeySet values;
    for (int side = 0; side < 2; ++side) {
      const arrow::ListArray& lists = Lists(arguments[side]);
      const int64_t i = arguments[side].constant ? 0 : row;
      for (int64_t k = lists.value_offset(i); k < lists.value_offset(i + 1); ++k) {
        if (lists.values()->IsNull(k)) {
          has_null = true;
          continue;
        }
        key.clear();
        AppendValueKey(*lists.values(), k, &key);
        if (side == 0) values.insert(key);
        if (side == 1 && values.count(key) > 0) overlaps[row] = 1;
      }
    }
    const bool both = Lists(arguments[0]).value_length(arguments[0].constant ? 0 : row) > 0 &&
                      Lists(arguments[1]).value_length(arguments[1].constant ? 0 : row) > 0;
    if (!overlaps[row] && has_null && both) {
      arrow::bit_util::ClearBit(known.bitmap->mutable_data(), row);
    }
  }
  return MakeBooleanColumn(rows, known, [&](int64_t row) { return overlaps[row] != 0; });
}

Result<BoundFunction> BindOverlap(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType element, MeetingType(request));
  BoundFunction function;
  function.return_type = TypeId::kBoolean;
  function.argument_types = {DataType::Array(element), DataType::Array(element)};
  function.nullable = true;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                       EvaluationContext*) { return Overlap(arguments, rows); };
  return function;
}

constexpr ScalarFunctionDefinition kArraySetsFunctions[] = {
    {"array_union",
     2,
     2,
     {"`array_union(array1, array2)`: the values of both, each once.", "2.4.0"},
     BindSetOperation<SetOperation::kUnion>},
    {"array_intersect",
     2,
     2,
     {"`array_intersect(array1, array2)`: the values in both, each once.", "2.4.0"},
     BindSetOperation<SetOperation::kIntersect>},
    {"array_except",
     2,
     2,
     {"`array_except(array1, array2)`: the values of array1 that are not in "
      "array2, each once.",
      "2.4.0"},
     BindSetOperation<SetOperation::kExcept>},
    {"arrays_overlap",
     2,
     2,
     {"`arrays_overlap(a1, a2)`: whether they share a value.", "2.4.0"},
     BindOverlap},
};

}  // namespace

std::span<const ScalarFunctionDefinition> ArraySetFunctions() { return kArraySetsFunctions; }

}  // namespace firesteel
