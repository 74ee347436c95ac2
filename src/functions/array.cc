#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "arrow/array/array_binary.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/concatenate.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/array_binding.h"
#include "functions/coercion.h"
#include "functions/fixed_width_kernels.h"
#include "functions/nested_arrays.h"
#include "functions/ordering.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/take.h"
#include "functions/value_key.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// Binds a function of one array that keeps some of its elements: `make(values)` gives the choice
/// for one batch.
using MakeSelection = std::function<SelectElements(const arrow::Array& values)>;
Result<BoundFunction> BindSelection(const BindRequest& request, MakeSelection make) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kArray}));
  function.return_type = function.argument_types[0];
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [make, type = function.return_type](std::span<const ColumnVector> arguments,
                                                        int64_t rows, EvaluationContext*) {
    return RebuildLists(arguments[0], rows, type, {}, make(*Lists(arguments[0]).values()));
  };
  return function;
}

Result<BoundFunction> BindDistinct(const BindRequest& request) {
  return BindSelection(request, [](const arrow::Array& values) -> SelectElements {
    return [&values](int64_t, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
      std::unordered_set<std::string> seen;
      std::string key;
      for (int64_t i = begin; i < end; ++i) {
        key.clear();
        AppendValueKey(values, i, &key);
        if (seen.insert(key).second) elements->push_back(i);
      }
      return Status::OK();
    };
  });
}

Result<BoundFunction> BindCompact(const BindRequest& request) {
  return BindSelection(request, [](const arrow::Array& values) -> SelectElements {
    return [&values](int64_t, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
      for (int64_t i = begin; i < end; ++i) {
        if (values.IsValid(i)) elements->push_back(i);
      }
      return Status::OK();
    };
  });
}

/// `sort_array(array, ascending)`: NULLs come first when ascending, last when descending.
Result<BoundFunction> BindSort(const BindRequest& request) {
  const DataType& type = request.type(0);
  if (type.id() == TypeId::kArray && !IsOrderable(type.element_type())) {
    return NotOrderable(request, type);
  }
  bool ascending = true;
  if (request.size() == 2) {
    if (request.type(1).id() != TypeId::kBoolean) {
      return UnexpectedInputType(request, 1, Quoted("BOOLEAN"));
    }
    ARROW_ASSIGN_OR_RAISE(Value value,
                          ConstantArgument(request, 1, TypeId::kBoolean, "ascendingOrder"));
    ascending = value.is_null() || value.Get<bool>();
  }
  const std::vector<ExpressionPtr> first{request.arguments[0]};
  const DataType element = type.id() == TypeId::kArray ? type.element_type() : DataType();
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(element);
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSelection({request.name, first, request.settings},
                    [order, ascending](const arrow::Array& values) -> SelectElements {
                      return [&values, order, ascending](int64_t, int64_t begin, int64_t end,
                                                         std::vector<int64_t>* elements) {
                        const size_t start = elements->size();
                        for (int64_t i = begin; i < end; ++i) elements->push_back(i);
                        std::stable_sort(elements->begin() + start, elements->end(),
                                         [&](int64_t a, int64_t b) {
                                           const int c =
                                               order->CompareNullable(values, a, values, b);
                                           return ascending ? c < 0 : c > 0;
                                         });
                        return Status::OK();
                      };
                    }));
  if (request.size() == 1) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr up, Literal::Make(true, TypeId::kBoolean));
    function.default_arguments = {std::move(up)};
  }
  function.argument_types.push_back(TypeId::kBoolean);
  return function;
}

Status BadSlice(const char* which, int64_t value) {
  return MakeError(std::string("INVALID_PARAMETER_VALUE.") + which,
                   {{"parameter", which == std::string("START") ? "`start`" : "`length`"},
                    {"functionName", "`slice`"},
                    {"length", std::to_string(value)}});
}

Result<ColumnVector> SliceLists(std::span<const ColumnVector> arguments, int64_t rows,
                                const DataType& type) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(ToArrowType(type));
  std::vector<uint8_t> set(rows);
  for (int64_t row = 0; row < rows; ++row) set[row] = validity.IsValid(row);
  const FixedReader<int32_t> start(arguments[1]);
  const FixedReader<int32_t> length(arguments[2]);
  return RebuildLists(arguments[0], rows, type, set,
                      [&](int64_t row, int64_t begin, int64_t end,
                          std::vector<int64_t>* elements) -> Status {
                        const int64_t from = start[row];
                        const int64_t count = length[row];
                        if (from == 0) return BadSlice("START", from);
                        if (count < 0) return BadSlice("LENGTH", count);
                        int64_t i = from > 0 ? begin + from - 1 : end + from;
                        if (i < begin || i >= end) return Status::OK();
                        const int64_t stop = std::min(end, i + count);
                        for (; i < stop; ++i) elements->push_back(i);
                        return Status::OK();
                      });
}

Result<BoundFunction> BindSlice(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kArray, TypeId::kInteger,
                                                 TypeId::kInteger}));
  function.return_type = function.argument_types[0];
  function.nullable = AnyNullable(request);
  function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                  int64_t rows, EvaluationContext*) {
    return SliceLists(arguments, rows, type);
  };
  return function;
}

/// The type in which an array's elements meet a value; strings meet strings only.
Result<DataType> ElementType(const BindRequest& request) {
  const DataType& array = request.type(0);
  const DataType& value = request.type(1);
  if (value.id() == TypeId::kNull) {
    return MakeError("DATATYPE_MISMATCH.NULL_TYPE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`" + std::string(request.name) + "`"}});
  }
  std::optional<DataType> type;
  if (array.id() == TypeId::kArray) {
    const DataType& element = array.element_type();
    const bool strings =
        (element.id() == TypeId::kString) == (value.id() == TypeId::kString) ||
        element.id() == TypeId::kNull;
    if (strings) type = WiderType(element, value, request.settings.ansi);
  }
  if (!type) {
    return MakeError("DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`" + std::string(request.name) + "`"},
                      {"dataType", Quoted("ARRAY")},
                      {"leftType", Quoted(array.Sql())},
                      {"rightType", Quoted(value.Sql())}});
  }
  if (!IsOrderable(*type)) return NotOrderable(request, *type);
  return *std::move(type);
}

/// Looks for a value in an array; gives its place from 0, kNoElement when it is not there.
int64_t FindValue(const ColumnVector& lists, const ColumnVector& wanted, const ValueOrder& order,
                  int64_t row, bool* has_null) {
  const arrow::ListArray& array = Lists(lists);
  const arrow::Array& values = *array.values();
  const int64_t i = lists.constant ? 0 : row;
  for (int64_t k = array.value_offset(i); k < array.value_offset(i + 1); ++k) {
    if (values.IsNull(k)) {
      *has_null = true;
    } else if (order.Compare(values, k, *wanted.values, wanted.constant ? 0 : row) == 0) {
      return k - array.value_offset(i);
    }
  }
  return kNoElement;
}

Result<BoundFunction> BindContains(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, ElementType(request));
  BoundFunction function;
  function.argument_types = {DataType::Array(type), type};
  function.return_type = TypeId::kBoolean;
  function.nullable = true;
  function.may_fail = false;
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(type);
  function.kernel = [order](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::boolean());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits, arrow::AllocateEmptyBitmap(rows));
    Validity known;
    ARROW_ASSIGN_OR_RAISE(known.bitmap, WritableBitmap(validity, rows));
    for (int64_t row = 0; row < rows; ++row) {
      if (!validity.IsValid(row)) continue;
      bool has_null = false;
      const int64_t place = FindValue(arguments[0], arguments[1], *order, row, &has_null);
      if (place != kNoElement) {
        arrow::bit_util::SetBit(bits->mutable_data(), row);
      } else if (has_null) {
        arrow::bit_util::ClearBit(known.bitmap->mutable_data(), row);
      }
    }
    return MakeFixedColumn(arrow::boolean(), rows, known, std::move(bits));
  };
  return function;
}

Result<BoundFunction> BindPosition(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, ElementType(request));
  BoundFunction function;
  function.argument_types = {DataType::Array(type), type};
  function.return_type = TypeId::kLong;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(type);
  function.kernel = [order](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::int64());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int64_t)));
    auto* out = buffer->mutable_data_as<int64_t>();
    bool has_null = false;
    for (int64_t row = 0; row < rows; ++row) {
      out[row] = 0;
      if (!validity.IsValid(row)) continue;
      out[row] = FindValue(arguments[0], arguments[1], *order, row, &has_null) + 1;
    }
    return MakeFixedColumn(arrow::int64(), rows, validity, std::move(buffer));
  };
  return function;
}

/// array_min and array_max: NULLs are skipped.
template <bool greatest>
Result<BoundFunction> BindExtreme(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kArray}));
  const DataType element = function.argument_types[0].element_type();
  if (!IsOrderable(element)) return NotOrderable(request, request.type(0));
  function.return_type = element;
  function.nullable = true;
  function.may_fail = false;
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(element);
  function.kernel = [order](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) -> Result<ColumnVector> {
    const arrow::ListArray& lists = Lists(arguments[0]);
    const arrow::Array& values = *lists.values();
    std::vector<int64_t> best(rows, kNoElement);
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t i = arguments[0].constant ? 0 : row;
      if (lists.IsNull(i)) continue;
      for (int64_t k = lists.value_offset(i); k < lists.value_offset(i + 1); ++k) {
        if (values.IsNull(k)) continue;
        if (best[row] != kNoElement) {
          const int compared = order->Compare(values, k, values, best[row]);
          if (greatest ? compared <= 0 : compared >= 0) continue;
        }
        best[row] = k;
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto taken, TakeElements(lists.values(), best));
    return ColumnVector{std::move(taken), false};
  };
  return function;
}

Result<ColumnVector> JoinLists(std::span<const ColumnVector> arguments, int64_t rows,
                               EvaluationContext*) {
  const arrow::ListArray& lists = Lists(arguments[0]);
  const auto& values = static_cast<const arrow::StringArray&>(*lists.values());
  const BytesReader delimiter(arguments[1]);
  const ColumnVector* replacement = arguments.size() > 2 ? &arguments[2] : nullptr;
  std::string out;
  return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
    out.clear();
    bool first = true;
    const int64_t i = arguments[0].constant ? 0 : row;
    for (int64_t k = lists.value_offset(i); k < lists.value_offset(i + 1); ++k) {
      if (values.IsNull(k) && !replacement) continue;
      if (!first) out.append(delimiter[row]);
      first = false;
      out.append(values.IsNull(k) ? BytesReader(*replacement)[row] : values.GetView(k));
    }
    return builder->Append(out);
  });
}

Result<BoundFunction> BindJoin(const BindRequest& request) {
  return BindSignature(request,
                       {DataType::Array(TypeId::kString), TypeId::kString, TypeId::kString},
                       TypeId::kString, JoinLists);
}

constexpr ScalarFunctionDefinition kArrayFunctions[] = {
    {"array_contains",
     2,
     2,
     {"`array_contains(array, value)`: whether value is in it.", "1.5.0"},
     BindContains},
    {"array_position",
     2,
     2,
     {"`array_position(array, element)`: its place from 1, or 0.", "2.4.0"},
     BindPosition},
    {"array_distinct", 1, 1, {"`array_distinct(array)`: every value once.", "2.4.0"}, BindDistinct},
    {"array_compact", 1, 1, {"`array_compact(array)`: without NULLs.", "3.4.0"}, BindCompact},
    {"array_min", 1, 1, {"`array_min(array)`: the least element.", "2.4.0"}, BindExtreme<false>},
    {"array_max", 1, 1, {"`array_max(array)`: the greatest element.", "2.4.0"}, BindExtreme<true>},
    {"array_join",
     2,
     3,
     {"`array_join(array, delimiter[, nullReplacement])`: as one text.", "2.4.0"},
     BindJoin},
    {"sort_array", 1, 2, {"`sort_array(array[, ascendingOrder])`: sorted.", "1.5.0"}, BindSort},
    {"slice", 3, 3, {"`slice(x, start, length)`: a part of an array.", "2.4.0"}, BindSlice},
};

}  // namespace

Result<BoundFunction> BindReverseArray(const BindRequest& request) {
  return BindSelection(request, [](const arrow::Array&) -> SelectElements {
    return [](int64_t, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
      for (int64_t i = end; i-- > begin;) elements->push_back(i);
      return Status::OK();
    };
  });
}

Result<BoundFunction> BindConcatArrays(const BindRequest& request) {
  std::vector<DataType> types;
  for (int i = 0; i < request.size(); ++i) {
    if (request.type(i).id() != TypeId::kArray) return DifferentTypes(request);
    types.push_back(request.type(i));
  }
  auto type = WiderTypeOf(types, request.settings.ansi);
  if (!type) return DifferentTypes(request);
  BoundFunction function;
  function.argument_types.assign(request.size(), *type);
  function.return_type = *type;
  function.nullable = AnyNullable(request);
  function.kernel = [type = *type](std::span<const ColumnVector> arguments, int64_t rows,
                                   EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(ToArrowType(type));
    arrow::ArrayVector values;
    std::vector<int64_t> starts{0};
    for (const ColumnVector& argument : arguments) {
      ARROW_ASSIGN_OR_RAISE(auto part,
                            ViewAs(Lists(argument).values(), ToArrowType(type.element_type())));
      starts.push_back(starts.back() + part->length());
      values.push_back(std::move(part));
    }
    ARROW_ASSIGN_OR_RAISE(auto all, arrow::Concatenate(values));
    std::vector<int64_t> elements;
    std::vector<int32_t> offsets{0};
    std::vector<uint8_t> set(validity.bitmap ? rows : 0);
    for (int64_t row = 0; row < rows; ++row) {
      const bool valid = validity.IsValid(row);
      if (!set.empty()) set[row] = valid;
      for (size_t k = 0; valid && k < arguments.size(); ++k) {
        const int64_t i = arguments[k].constant ? 0 : row;
        const arrow::ListArray& lists = Lists(arguments[k]);
        for (int64_t e = lists.value_offset(i); e < lists.value_offset(i + 1); ++e) {
          elements.push_back(starts[k] + e);
        }
      }
      offsets.push_back(static_cast<int32_t>(elements.size()));
    }
    return MakeListColumn(type, all, elements, offsets, set);
  };
  function.sql = [](const Arguments& arguments) {
    std::string text = "concat(";
    for (size_t i = 0; i < arguments.size(); ++i) text += (i > 0 ? ", " : "") + arguments[i];
    return text + ")";
  };
  return function;
}

std::span<const ScalarFunctionDefinition> ArrayFunctions() { return kArrayFunctions; }

}  // namespace firesteel
