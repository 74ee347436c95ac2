#include <algorithm>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/util.h"
#include "arrow/type.h"
#include "common/error.h"
#include "common/free_memory.h"
#include "expr/lambda.h"
#include "expr/nodes.h"
#include "functions/binding.h"
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

/// The longest array that Spark makes.
constexpr int64_t kMaxElements = std::numeric_limits<int32_t>::max() - 15;

Status DifferentElements(const BindRequest& request, int value) {
  return MakeError("DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"functionName", "`" + std::string(request.name) + "`"},
                    {"dataType", Quoted("ARRAY")},
                    {"leftType", Quoted(request.type(0).Sql())},
                    {"rightType", Quoted(request.type(value).Sql())}});
}

/// The type of the elements of an array to which a value is added.
Result<DataType> MeetingType(const BindRequest& request, int value) {
  const DataType& array = request.type(0);
  if (array.id() != TypeId::kArray) return DifferentElements(request, value);
  auto type = TightestType(array.element_type(), request.type(value));
  if (!type) return DifferentElements(request, value);
  return *std::move(type);
}

/// The elements of an array column, with the values of another column behind them.
struct ElementsAndValues {
  std::shared_ptr<arrow::Array> all;
  int64_t first_value = 0;
  int64_t step = 1;  ///< 0: the value is a constant
  int64_t ValueOf(int64_t row) const { return first_value + row * step; }
};

Result<ElementsAndValues> Join(const ColumnVector& lists, const ColumnVector& values,
                               const std::shared_ptr<arrow::DataType>& type) {
  ElementsAndValues joined;
  ARROW_ASSIGN_OR_RAISE(auto elements, ViewAs(Lists(lists).values(), type));
  std::shared_ptr<arrow::Array> added = values.values;
  if (values.constant) added = added->Slice(0, 1);
  ARROW_ASSIGN_OR_RAISE(added, ViewAs(added, type));
  joined.first_value = elements->length();
  joined.step = values.constant ? 0 : 1;
  ARROW_ASSIGN_OR_RAISE(joined.all, arrow::Concatenate({elements, added}));
  return joined;
}

/// Builds one list per row: `fill(row, begin, end, &elements)` where all of `set_by` are set.
template <typename Fill>
Result<ColumnVector> FillLists(std::span<const ColumnVector> set_by, int64_t rows,
                               const ColumnVector& lists, const DataType& type,
                               const std::shared_ptr<arrow::Array>& all, Fill fill) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(set_by, rows));
  if (validity.all_null) return NullConstant(ToArrowType(type));
  std::vector<int64_t> elements;
  std::vector<int32_t> offsets{0};
  std::vector<uint8_t> set(rows);
  for (int64_t row = 0; row < rows; ++row) {
    set[row] = validity.IsValid(row);
    if (set[row]) {
      const int64_t i = lists.constant ? 0 : row;
      ARROW_RETURN_NOT_OK(fill(row, Lists(lists).value_offset(i), Lists(lists).value_offset(i + 1),
                               &elements));
    }
    offsets.push_back(static_cast<int32_t>(elements.size()));
  }
  return MakeListColumn(type, all, elements, offsets, set);
}

/// array_append and array_prepend.
template <bool append>
Result<BoundFunction> BindAdd(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType element, MeetingType(request, 1));
  BoundFunction function;
  function.return_type = DataType::Array(
      element, request.type(0).contains_null() || request.arguments[1]->nullable());
  function.argument_types = {DataType::Array(element), element};
  function.nullable = request.arguments[0]->nullable();
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows,
                                                  EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(
        ElementsAndValues joined,
        Join(arguments[0], arguments[1], ToArrowType(type)->field(0)->type()));
    return FillLists(arguments.first(1), rows, arguments[0], type, joined.all,
                     [&](int64_t row, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
                       if (!append) elements->push_back(joined.ValueOf(row));
                       for (int64_t i = begin; i < end; ++i) elements->push_back(i);
                       if (append) elements->push_back(joined.ValueOf(row));
                       return Status::OK();
                     });
  };
  return function;
}

Status TooLong(int64_t length, std::string_view function) {
  return MakeError("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION",
                   {{"numberOfElements", std::to_string(length)},
                    {"maxRoundedArrayLength", std::to_string(kMaxElements)},
                    {"functionName", "`" + std::string(function) + "`"}});
}

/// Puts a value at a place from 1, or from the end when negative; NULLs fill what lies between.
Status InsertAt(int64_t place, int64_t value, int64_t begin, int64_t end,
                std::vector<int64_t>* elements) {
  const int64_t size = end - begin;
  if (place == 0) return MakeError("INVALID_INDEX_OF_ZERO");
  const int64_t target = place > 0 ? place - 1 : place + size + 1;
  if (std::max(target, -place) > kMaxElements) {
    return TooLong(std::max(target, -place), "array_insert");
  }
  if (place < 0 && -place > size) {
    elements->push_back(value);
    elements->insert(elements->end(), -place - size - 1, kNoElement);
    for (int64_t i = begin; i < end; ++i) elements->push_back(i);
    return Status::OK();
  }
  for (int64_t i = 0; i < std::min(target, size); ++i) elements->push_back(begin + i);
  if (target > size) elements->insert(elements->end(), target - size, kNoElement);
  elements->push_back(value);
  for (int64_t i = target; i < size; ++i) elements->push_back(begin + i);
  return Status::OK();
}

Result<BoundFunction> BindInsert(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kArray) return DifferentElements(request, 2);
  const DataType& place = request.type(1);
  if (!place.is_integral() || place.id() == TypeId::kLong) {
    return UnexpectedInputType(request, 1, Quoted("INT"));
  }
  ARROW_ASSIGN_OR_RAISE(DataType element, MeetingType(request, 2));
  BoundFunction function;
  function.return_type = DataType::Array(element, true);
  function.argument_types = {DataType::Array(element), TypeId::kInteger, element};
  function.nullable = request.arguments[0]->nullable() || request.arguments[1]->nullable();
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows,
                                                  EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(
        ElementsAndValues joined,
        Join(arguments[0], arguments[2], ToArrowType(type)->field(0)->type()));
    const FixedReader<int32_t> places(arguments[1]);
    return FillLists(arguments.first(2), rows, arguments[0], type, joined.all,
                     [&](int64_t row, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
                       return InsertAt(places[row], joined.ValueOf(row), begin, end, elements);
                     });
  };
  return function;
}

Result<BoundFunction> BindRemove(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType element, MeetingType(request, 1));
  BoundFunction function;
  function.return_type = DataType::Array(element, request.type(0).contains_null());
  function.argument_types = {function.return_type, element};
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(element);
  function.kernel = [type = function.return_type, order](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) -> Result<ColumnVector> {
    const std::shared_ptr<arrow::Array>& values = Lists(arguments[0]).values();
    const arrow::Array& removed = *arguments[1].values;
    return FillLists(arguments, rows, arguments[0], type, values,
                     [&](int64_t row, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
                       const int64_t j = arguments[1].constant ? 0 : row;
                       for (int64_t i = begin; i < end; ++i) {
                         if (values->IsNull(i) || order->Compare(*values, i, removed, j) != 0) {
                           elements->push_back(i);
                         }
                       }
                       return Status::OK();
                     });
  };
  return function;
}

Result<BoundFunction> BindRepeat(const BindRequest& request) {
  const DataType& count = request.type(1);
  if (!ParameterType(TypeId::kInteger).Match(count, request.settings.ansi)) {
    return UnexpectedInputType(request, 1, Quoted("INT"));
  }
  BoundFunction function;
  function.return_type = DataType::Array(request.type(0), request.arguments[0]->nullable());
  function.argument_types = {request.type(0), TypeId::kInteger};
  function.nullable = request.arguments[1]->nullable();
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows,
                                                  EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments.subspan(1), rows));
    if (validity.all_null) return NullConstant(ToArrowType(type));
    const FixedReader<int32_t> counts(arguments[1]);
    std::vector<int64_t> elements;
    std::vector<int32_t> offsets{0};
    std::vector<uint8_t> set(rows);
    for (int64_t row = 0; row < rows; ++row) {
      set[row] = validity.IsValid(row);
      if (set[row] && counts[row] > 0) {
        const int64_t total = static_cast<int64_t>(elements.size()) + counts[row];
        if (total > kMaxElements) return TooLong(total, "array_repeat");
        // The places of the values, and the values.
        ARROW_RETURN_NOT_OK(RequireFreeMemory(2 * sizeof(int64_t) * counts[row]));
        elements.insert(elements.end(), counts[row], arguments[0].constant ? 0 : row);
      }
      offsets.push_back(static_cast<int32_t>(elements.size()));
    }
    return MakeListColumn(type, arguments[0].values, elements, offsets, set);
  };
  return function;
}

Result<BoundFunction> BindArraySize(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {ParameterType::Kind::kArray}, TypeId::kInteger,
                    [](std::span<const ColumnVector> arguments, int64_t rows,
                       EvaluationContext*) -> Result<ColumnVector> {
                      ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
                      if (validity.all_null) return NullConstant(arrow::int32());
                      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                                            arrow::AllocateBuffer(rows * sizeof(int32_t)));
                      auto* out = buffer->mutable_data_as<int32_t>();
                      for (int64_t row = 0; row < rows; ++row) {
                        out[row] =
                            Lists(arguments[0]).value_length(arguments[0].constant ? 0 : row);
                      }
                      return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
                    }));
  function.may_fail = false;
  return function;
}

/// One list out of a list of lists; NULL when one of them is.
Result<BoundFunction> BindFlatten(const BindRequest& request) {
  const DataType& given = request.type(0);
  if (given.id() != TypeId::kArray || given.element_type().id() != TypeId::kArray) {
    return UnexpectedInputType(request, 0, Quoted("ARRAY") + " of " + Quoted("ARRAY"));
  }
  BoundFunction function;
  function.argument_types = {given};
  function.return_type = given.element_type();
  function.nullable = AnyNullable(request) || given.contains_null();
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows,
                                                  EvaluationContext*) -> Result<ColumnVector> {
    const auto& inner = static_cast<const arrow::ListArray&>(*Lists(arguments[0]).values());
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    std::vector<uint8_t> set(rows, 1);
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t i = arguments[0].constant ? 0 : row;
      if (validity.all_null || !validity.IsValid(row)) {
        set[row] = 0;
        continue;
      }
      for (int64_t k = Lists(arguments[0]).value_offset(i);
           k < Lists(arguments[0]).value_offset(i + 1); ++k) {
        if (inner.IsNull(k)) set[row] = 0;
      }
    }
    return RebuildLists(
        arguments[0], rows, type, set,
        [&](int64_t, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
          for (int64_t k = begin; k < end; ++k) {
            for (int64_t e = inner.value_offset(k); e < inner.value_offset(k + 1); ++e) {
              elements->push_back(e);
            }
          }
          return Status::OK();
        },
        inner.values());
  };
  return function;
}

Result<BoundFunction> BindShuffle(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kArray, TypeId::kLong}));
  function.return_type = function.argument_types[0];
  function.nullable = request.arguments[0]->nullable();
  function.may_fail = false;
  function.deterministic = false;
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows, EvaluationContext*) {
    std::random_device device;
    std::mt19937 generator(device());
    return RebuildLists(arguments[0], rows, type, {},
                        [&](int64_t, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
                          const auto start = static_cast<int64_t>(elements->size());
                          for (int64_t i = begin; i < end; ++i) elements->push_back(i);
                          std::shuffle(elements->begin() + start, elements->end(), generator);
                          return Status::OK();
                        });
  };
  return function;
}

/// What a field of arrays_zip is called: as its column or field, else by its number.
std::string ZipName(const Expression& expression, int place) {
  if (const auto* alias = As<Alias>(expression)) return alias->name();
  if (const auto* attribute = As<Attribute>(expression)) return attribute->name();
  if (const auto* field = As<GetField>(expression)) return field->field_name();
  if (const auto* variable = As<LambdaVariable>(expression)) return variable->name();
  return std::to_string(place);
}

Result<ColumnVector> ZipLists(std::span<const ColumnVector> arguments, int64_t rows,
                              const DataType& type) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(ToArrowType(type));
  std::vector<std::vector<int64_t>> places(arguments.size());
  std::vector<int32_t> offsets{0};
  std::vector<uint8_t> set(rows);
  int64_t total = 0;
  for (int64_t row = 0; row < rows; ++row) {
    set[row] = validity.IsValid(row);
    int64_t longest = 0;
    for (size_t k = 0; set[row] && k < arguments.size(); ++k) {
      const int64_t length = Lists(arguments[k]).value_length(arguments[k].constant ? 0 : row);
      longest = std::max(longest, length);
    }
    for (size_t k = 0; k < arguments.size() && longest > 0; ++k) {
      const arrow::ListArray& lists = Lists(arguments[k]);
      const int64_t i = arguments[k].constant ? 0 : row;
      for (int64_t j = 0; j < longest; ++j) {
        const int64_t place = lists.value_offset(i) + j;
        places[k].push_back(place < lists.value_offset(i + 1) ? place : kNoElement);
      }
    }
    total += longest;
    offsets.push_back(static_cast<int32_t>(total));
  }
  std::vector<std::shared_ptr<arrow::Array>> fields;
  for (size_t k = 0; k < arguments.size(); ++k) {
    ARROW_ASSIGN_OR_RAISE(auto field, TakeElements(Lists(arguments[k]).values(), places[k]));
    fields.push_back(std::move(field));
  }
  ARROW_ASSIGN_OR_RAISE(auto structs, WrapStructs(type.element_type(), fields, total, {}));
  return WrapLists(type, structs, offsets, set);
}

Result<BoundFunction> BindArraysZip(const BindRequest& request) {
  BoundFunction function;
  if (request.size() > 0) {
    ARROW_ASSIGN_OR_RAISE(function.argument_types,
                          MatchArguments(request, {ParameterType::Kind::kArray}));
  }
  std::vector<StructField> fields;
  for (int i = 0; i < request.size(); ++i) {
    fields.push_back({ZipName(*request.arguments[i], i), function.argument_types[i].element_type(),
                      true});
  }
  function.return_type = DataType::Array(DataType::Struct(std::move(fields)), false);
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows, EvaluationContext*) {
    return ZipLists(arguments, rows, type);
  };
  return function;
}

constexpr ScalarFunctionDefinition kArrayChangeFunctions[] = {
    {"array_append",
     2,
     2,
     {"`array_append(array, element)`: with an element more at the end.", "3.4.0"},
     BindAdd<true>},
    {"array_prepend",
     2,
     2,
     {"`array_prepend(array, element)`: with an element more in front.", "3.5.0"},
     BindAdd<false>},
    {"array_insert",
     3,
     3,
     {"`array_insert(x, pos, val)`: with an element more at a place.", "3.4.0"},
     BindInsert},
    {"array_remove",
     2,
     2,
     {"`array_remove(array, element)`: without the elements equal to it.", "2.4.0"},
     BindRemove},
    {"array_repeat",
     2,
     2,
     {"`array_repeat(element, count)`: an element many times.", "2.4.0"},
     BindRepeat},
    {"array_size", 1, 1, {"`array_size(expr)`: the number of elements.", "3.3.0"}, BindArraySize},
    {"flatten", 1, 1, {"`flatten(arrayOfArrays)`: one array out of many.", "2.4.0"}, BindFlatten},
    {"shuffle", 1, 2, {"`shuffle(array)`: in a random order.", "2.4.0"}, BindShuffle},
    {"arrays_zip",
     0,
     -1,
     {"`arrays_zip(a1, a2, …)`: structs of the arrays' elements, place by "
      "place.",
      "2.4.0"},
     BindArraysZip},
};

}  // namespace

std::span<const ScalarFunctionDefinition> ArrayChangeFunctions() { return kArrayChangeFunctions; }

}  // namespace firesteel
