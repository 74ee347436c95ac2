#include "functions/percentages.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/nested_columns.h"
#include "types/arrow_types.h"
#include "types/cast.h"

namespace firesteel {

namespace {

Status OutOfRange(const BindRequest& request, int index) {
  return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"exprName", "percentage"},
                    {"valueRange", "[0.0, 1.0]"},
                    {"currentValue", Quoted(request.arguments[index]->Sql())}});
}

/// As Java narrows a double: towards zero, pinned to the range, NaN to zero.
template <typename T>
std::vector<T> Narrow(const std::vector<double>& numbers) {
  std::vector<T> values;
  values.reserve(numbers.size());
  for (const double number : numbers) {
    T value = 0;
    if (number >= static_cast<double>(std::numeric_limits<T>::max())) {
      value = std::numeric_limits<T>::max();
    } else if (number <= static_cast<double>(std::numeric_limits<T>::min())) {
      value = std::numeric_limits<T>::min();
    } else if (!std::isnan(number)) {
      value = static_cast<T>(number);
    }
    values.push_back(value);
  }
  return values;
}

Result<std::shared_ptr<arrow::Array>> Numbers(const std::vector<double>& numbers,
                                              const std::vector<uint8_t>& set,
                                              const DataType& type) {
  const auto arrow_type = ToArrowType(type);
  switch (type.id()) {
    case TypeId::kByte: return MakeFixedArray(arrow_type, Narrow<int8_t>(numbers), set);
    case TypeId::kShort: return MakeFixedArray(arrow_type, Narrow<int16_t>(numbers), set);
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return MakeFixedArray(arrow_type, Narrow<int32_t>(numbers), set);
    case TypeId::kLong:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
      return MakeFixedArray(arrow_type, Narrow<int64_t>(numbers), set);
    default: break;
  }
  ARROW_ASSIGN_OR_RAISE(auto doubles, MakeFixedArray(arrow::float64(), numbers, set));
  if (type.id() == TypeId::kDouble) return doubles;
  return CastArray(doubles, TypeId::kDouble, type, CastOptions{false, false, "UTC"});
}

}  // namespace

Result<Percentages> PercentageArgument(const BindRequest& request, int index) {
  Percentages percentages;
  percentages.is_list = request.type(index).id() == TypeId::kArray;
  const DataType type = percentages.is_list ? DataType::Array(TypeId::kDouble, false)
                                            : DataType(TypeId::kDouble);
  if (!percentages.is_list && !ParameterType(ParameterType::Kind::kNumeric)
                                   .Match(request.type(index), request.settings.ansi)) {
    return UnexpectedInputType(request, index, Quoted("DOUBLE"));
  }
  ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, index, type, "percentage"));
  std::vector<Value> values{value};
  if (percentages.is_list && !value.is_null()) values = value.Get<ArrayValue>().elements;
  for (const Value& one : values) {
    if (one.is_null()) {
      return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                       {{"sqlExpr", Quoted(CallSql(request))}, {"exprName", "percentage"}});
    }
    const double percentage = one.Get<double>();
    if (!(percentage >= 0 && percentage <= 1)) return OutOfRange(request, index);
    percentages.values.push_back(percentage);
  }
  return percentages;
}

Result<std::shared_ptr<arrow::Array>> PercentileColumn(const std::vector<double>& numbers,
                                                       const std::vector<uint8_t>& set,
                                                       bool is_list, const DataType& type) {
  if (!is_list) return Numbers(numbers, set, type);
  ARROW_ASSIGN_OR_RAISE(auto values, Numbers(numbers, {}, type));
  std::vector<int32_t> offsets(set.size() + 1);
  const size_t width = set.empty() ? 0 : numbers.size() / set.size();
  for (size_t i = 0; i < offsets.size(); ++i) offsets[i] = static_cast<int32_t>(i * width);
  ARROW_ASSIGN_OR_RAISE(ColumnVector lists,
                        WrapLists(DataType::Array(type, false), values, offsets, set));
  return lists.values;
}

}  // namespace firesteel
