#include "functions/tightest_type.h"

#include <algorithm>
#include <vector>

#include "functions/coercion.h"

namespace firesteel {

namespace {

bool IsMoment(const DataType& type) {
  return type.id() == TypeId::kDate || type.id() == TypeId::kTimestamp ||
         type.id() == TypeId::kTimestampNtz;
}

bool HasRoomFor(const DataType& decimal, const DataType& integral) {
  const DataType needed = DecimalForIntegral(integral);
  return decimal.precision() - decimal.scale() >= needed.precision();
}

std::optional<DataType> TightestNumber(const DataType& a, const DataType& b) {
  const bool a_decimal = a.id() == TypeId::kDecimal;
  const bool b_decimal = b.id() == TypeId::kDecimal;
  if (!a_decimal && !b_decimal) return std::max(a.id(), b.id());
  const DataType& decimal = a_decimal ? a : b;
  const DataType& other = a_decimal ? b : a;
  if (other.is_integral() && HasRoomFor(decimal, other)) return decimal;
  return std::nullopt;
}

std::optional<DataType> TightestStruct(const DataType& a, const DataType& b) {
  if (a.fields().size() != b.fields().size()) return std::nullopt;
  std::vector<StructField> fields;
  for (size_t i = 0; i < a.fields().size(); ++i) {
    const StructField& left = a.fields()[i];
    const StructField& right = b.fields()[i];
    auto type = left.name == right.name ? TightestType(left.type, right.type) : std::nullopt;
    if (!type) return std::nullopt;
    fields.push_back({left.name, *type, left.nullable || right.nullable});
  }
  return DataType::Struct(std::move(fields));
}

}  // namespace

std::optional<DataType> TightestType(const DataType& a, const DataType& b) {
  if (a.SameType(b) || b.id() == TypeId::kNull) return a;
  if (a.id() == TypeId::kNull) return b;
  if (a.is_numeric() && b.is_numeric()) return TightestNumber(a, b);
  if (IsMoment(a) && IsMoment(b)) {
    const bool zoned = a.id() == TypeId::kTimestamp || b.id() == TypeId::kTimestamp;
    return DataType(zoned ? TypeId::kTimestamp : TypeId::kTimestampNtz);
  }
  if (a.id() != b.id()) return std::nullopt;
  switch (a.id()) {
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval: return WiderType(a, b, true);
    case TypeId::kArray: {
      auto element = TightestType(a.element_type(), b.element_type());
      if (!element) return std::nullopt;
      return DataType::Array(*element, a.contains_null() || b.contains_null());
    }
    case TypeId::kMap: {
      auto key = TightestType(a.key_type(), b.key_type());
      auto value = TightestType(a.value_type(), b.value_type());
      if (!key || !value) return std::nullopt;
      return DataType::Map(*key, *value, a.value_contains_null() || b.value_contains_null());
    }
    case TypeId::kStruct: return TightestStruct(a, b);
    default: return std::nullopt;
  }
}

}  // namespace firesteel
