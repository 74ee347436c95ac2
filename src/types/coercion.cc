#include <algorithm>
#include <utility>

#include "types/cast.h"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

bool IsMoment(TypeId id) {
  return id == TypeId::kDate || id == TypeId::kTimestamp || id == TypeId::kTimestampNtz;
}

// The decimal with room for the digits of both. Where 38 digits are not enough, those before the
// point go first.
DataType WiderDecimal(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int whole = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  if (whole + scale <= 38) return DataType::Decimal(whole + scale, scale);
  return DataType::Decimal(38, std::min(scale, std::max(0, 38 - whole)));
}

std::optional<DataType> CommonNumber(const DataType& a, const DataType& b) {
  const bool any_decimal = a.id() == TypeId::kDecimal || b.id() == TypeId::kDecimal;
  if (!any_decimal) {
    const DataType& wider = a.id() < b.id() ? b : a;
    // A float does not hold all integers.
    if (wider.id() == TypeId::kFloat && a.id() != b.id()) return DataType(TypeId::kDouble);
    return wider;
  }
  if (a.is_floating() || b.is_floating()) return DataType(TypeId::kDouble);
  return WiderDecimal(a.id() == TypeId::kDecimal ? a : DecimalForNumber(a),
                      b.id() == TypeId::kDecimal ? b : DecimalForNumber(b));
}

std::optional<DataType> CommonDateTime(const DataType& a, const DataType& b) {
  if (a.id() == b.id()) return a;
  if (a.id() == TypeId::kDate) return b;
  if (b.id() == TypeId::kDate) return a;
  return DataType(TypeId::kTimestamp);
}

using Rule = std::optional<DataType> (*)(const DataType&, const DataType&);

std::optional<DataType> CommonNested(const DataType& a, const DataType& b, Rule rule) {
  switch (a.id()) {
    case TypeId::kArray: {
      const auto element = rule(a.element_type(), b.element_type());
      if (!element.has_value()) return std::nullopt;
      return DataType::Array(*element, a.contains_null() || b.contains_null());
    }
    case TypeId::kMap: {
      const auto key = rule(a.key_type(), b.key_type());
      const auto value = rule(a.value_type(), b.value_type());
      if (!key.has_value() || !value.has_value()) return std::nullopt;
      return DataType::Map(*key, *value, a.value_contains_null() || b.value_contains_null());
    }
    default: {
      if (a.fields().size() != b.fields().size()) return std::nullopt;
      std::vector<StructField> fields;
      for (size_t i = 0; i < a.fields().size(); ++i) {
        const StructField& left = a.fields()[i];
        const StructField& right = b.fields()[i];
        const auto type = rule(left.type, right.type);
        // The names must be the same, apart from their case.
        if (!type.has_value() || AsciiLowerCase(left.name) != AsciiLowerCase(right.name)) {
          return std::nullopt;
        }
        fields.push_back(
            {.name = left.name, .type = *type, .nullable = left.nullable || right.nullable});
      }
      return DataType::Struct(std::move(fields));
    }
  }
}

std::optional<DataType> CommonType(const DataType& a, const DataType& b, Rule rule) {
  if (a == b || b.id() == TypeId::kNull) return a;
  if (a.id() == TypeId::kNull) return b;
  if (a.is_numeric() && b.is_numeric()) return CommonNumber(a, b);
  if (IsMoment(a.id()) && IsMoment(b.id())) return CommonDateTime(a, b);
  if (a.id() != b.id()) return std::nullopt;
  if (a.id() == TypeId::kDayTimeInterval) {
    return DataType::DayTimeInterval(std::min(a.start_field(), b.start_field()),
                                     std::max(a.end_field(), b.end_field()));
  }
  if (a.id() == TypeId::kYearMonthInterval) {
    return DataType::YearMonthInterval(std::min(a.start_field(), b.start_field()),
                                       std::max(a.end_field(), b.end_field()));
  }
  if (a.is_nested()) return CommonNested(a, b, rule);
  return a;
}

}  // namespace

DataType DecimalForNumber(const DataType& type) {
  switch (type.id()) {
    case TypeId::kByte:
      return DataType::Decimal(3, 0);
    case TypeId::kShort:
      return DataType::Decimal(5, 0);
    case TypeId::kInteger:
      return DataType::Decimal(10, 0);
    case TypeId::kLong:
      return DataType::Decimal(20, 0);
    case TypeId::kFloat:
      return DataType::Decimal(14, 7);
    default:
      return DataType::Decimal(30, 15);
  }
}

std::optional<DataType> TightestCommonType(const DataType& a, const DataType& b) {
  return CommonType(a, b, TightestCommonType);
}

std::optional<DataType> WiderCommonType(const DataType& a, const DataType& b) {
  if (const auto common = CommonType(a, b, WiderCommonType)) return common;
  const bool left_is_string = a.id() == TypeId::kString;
  if (left_is_string == (b.id() == TypeId::kString)) return std::nullopt;
  const DataType& other = left_is_string ? b : a;
  if (other.is_integral()) return DataType(TypeId::kLong);
  if (other.is_numeric()) return DataType(TypeId::kDouble);
  if (other.is_nested() || other.id() == TypeId::kCalendarInterval) return std::nullopt;
  return other;
}

}  // namespace firesteel
