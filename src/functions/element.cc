#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/column_reader.h"
#include "functions/ordering.h"
#include "functions/registry.h"
#include "functions/take.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// How an array is indexed, and what an index outside gives.
enum class IndexRule {
  kBracket,    // a[i]: from 0; an error, without ANSI mode NULL
  kElementAt,  // element_at: from 1, from the end when negative; an error, without ANSI mode NULL
  kTry,        // try_element_at: NULL
  kGet,        // get: from 0; NULL
};

/// The place of an index in a list of `size` elements, kNoElement outside.
Result<int64_t> FindElement(IndexRule rule, int64_t index, int64_t size, bool ansi) {
  const bool from_one = rule == IndexRule::kElementAt || rule == IndexRule::kTry;
  if (from_one && index == 0) return MakeError("INVALID_INDEX_OF_ZERO");
  int64_t place = index;
  if (from_one) place = index > 0 ? index - 1 : size + index;
  if (place >= 0 && place < size) return place;
  if (!ansi || rule == IndexRule::kTry || rule == IndexRule::kGet) return kNoElement;
  return MakeError(rule == IndexRule::kBracket ? "INVALID_ARRAY_INDEX"
                                               : "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
                   {{"indexValue", std::to_string(index)},
                    {"arraySize", std::to_string(size)},
                    {"ansiConfig", "\"spark.sql.ansi.enabled\""}});
}

Kernel ArrayElementKernel(IndexRule rule, bool ansi) {
  return [=](std::span<const ColumnVector> arguments, int64_t rows,
             EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    const auto& lists = static_cast<const arrow::ListArray&>(*arguments[0].values);
    if (validity.all_null) return NullConstant(lists.value_type());
    const FixedReader<int64_t> index(arguments[1]);
    std::vector<int64_t> elements(rows, kNoElement);
    for (int64_t row = 0; row < rows; ++row) {
      if (!validity.IsValid(row)) continue;
      const int64_t i = arguments[0].constant ? 0 : row;
      ARROW_ASSIGN_OR_RAISE(int64_t place,
                            FindElement(rule, index[row], lists.value_length(i), ansi));
      if (place != kNoElement) elements[row] = lists.value_offset(i) + place;
    }
    ARROW_ASSIGN_OR_RAISE(auto values, TakeElements(lists.values(), elements));
    return ColumnVector{std::move(values), false};
  };
}

/// The value of a key, NULL when the map does not have it.
Kernel MapValueKernel(const DataType& key_type) {
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(key_type);
  return [order](std::span<const ColumnVector> arguments, int64_t rows,
                 EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    const auto& maps = static_cast<const arrow::MapArray&>(*arguments[0].values);
    if (validity.all_null) return NullConstant(maps.items()->type());
    const arrow::Array& keys = *maps.keys();
    const arrow::Array& wanted = *arguments[1].values;
    std::vector<int64_t> elements(rows, kNoElement);
    for (int64_t row = 0; row < rows; ++row) {
      if (!validity.IsValid(row)) continue;
      const int64_t i = arguments[0].constant ? 0 : row;
      const int64_t j = arguments[1].constant ? 0 : row;
      for (int64_t k = maps.value_offset(i); k < maps.value_offset(i + 1); ++k) {
        if (order->Compare(keys, k, wanted, j) == 0) {
          elements[row] = k;
          break;
        }
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto values, TakeElements(maps.items(), elements));
    return ColumnVector{std::move(values), false};
  };
}

Result<BoundFunction> BindMapValue(const BindRequest& request) {
  const DataType& map = request.type(0);
  const DataType& key = request.type(1);
  if (!IsOrderable(map.key_type())) return NotOrderable(request, map.key_type());
  if (!CanCastImplicitly(key, map.key_type(), request.settings.ansi)) {
    return UnexpectedInputType(request, 1, Quoted(map.key_type().Sql()));
  }
  BoundFunction function;
  function.argument_types = {map, map.key_type()};
  function.return_type = map.value_type();
  function.may_fail = false;
  function.kernel = MapValueKernel(map.key_type());
  return function;
}

template <IndexRule rule>
Result<BoundFunction> BindElement(const BindRequest& request) {
  BoundFunction function;
  const DataType& container = request.type(0);
  const bool may_be_map = rule != IndexRule::kGet;
  if (container.id() == TypeId::kMap && may_be_map) {
    ARROW_ASSIGN_OR_RAISE(function, BindMapValue(request));
  } else if (container.id() == TypeId::kArray) {
    const TypeId index = request.type(1).id();
    const bool from_one = rule == IndexRule::kElementAt || rule == IndexRule::kTry;
    // element_at takes no BIGINT, nor a NULL without a type.
    const bool fits = request.type(1).is_integral() ? !(from_one && index == TypeId::kLong)
                                                    : index == TypeId::kNull && !from_one;
    if (!fits) return UnexpectedInputType(request, 1, from_one ? "\"INT\"" : "\"INTEGRAL\"");
    function.argument_types = {container, TypeId::kLong};
    function.return_type = container.element_type();
    function.kernel = ArrayElementKernel(rule, request.settings.ansi);
    function.may_fail = rule != IndexRule::kGet;
  } else {
    return UnexpectedInputType(request, 0,
                               may_be_map ? "(\"ARRAY\" or \"MAP\")" : "\"ARRAY\"");
  }
  function.nullable = true;
  if (rule == IndexRule::kBracket) {
    function.sql = [](const Arguments& arguments) {
      return arguments[0] + "[" + arguments[1] + "]";
    };
  }
  return function;
}

constexpr ScalarFunctionDefinition kElementFunctions[] = {
    {"[]",
     2,
     2,
     {"`expr1[expr2]`: an array's element by place from 0, a map's value by key.", "1.0.0"},
     BindElement<IndexRule::kBracket>},
    {"element",
     2,
     2,
     {"`element(expr1, expr2)`: as `expr1[expr2]`.", "1.0.0"},
     BindElement<IndexRule::kBracket>},
    {"element_at",
     2,
     2,
     {"`element_at(expr1, expr2)`: an array's element by place from 1, a "
      "map's value by key.",
      "2.4.0"},
     BindElement<IndexRule::kElementAt>},
    {"try_element_at",
     2,
     2,
     {"`try_element_at(expr1, expr2)`: as element_at, NULL outside.", "3.5.0"},
     BindElement<IndexRule::kTry>},
    {"get",
     2,
     2,
     {"`get(array, index)`: the element by place from 0, NULL outside.", "3.4.0"},
     BindElement<IndexRule::kGet>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> ElementFunctions() { return kElementFunctions; }

}  // namespace firesteel
