#include "functions/coercion.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "expr/nodes.h"
#include "functions/type_classes.h"

namespace firesteel {

namespace {

bool IsAtomic(const DataType& type) {
  return !type.is_nested() && type.id() != TypeId::kNull &&
         type.id() != TypeId::kCalendarInterval;
}

bool SameNameIgnoringCase(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// A decimal wide enough for both; beyond 38 digits those of the fraction give way.
DataType WiderDecimal(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int range = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  const int excess = std::max(range + scale - 38, 0);
  return DataType::Decimal(range + scale - excess, std::max(scale - excess, 0));
}

std::optional<DataType> WiderNumber(const DataType& a, const DataType& b, bool ansi) {
  const bool decimal_a = a.id() == TypeId::kDecimal;
  const bool decimal_b = b.id() == TypeId::kDecimal;
  if (decimal_a || decimal_b) {
    if (a.is_floating() || b.is_floating()) return DataType(TypeId::kDouble);
    return WiderDecimal(decimal_a ? a : DecimalForIntegral(a),
                        decimal_b ? b : DecimalForIntegral(b));
  }
  const TypeId wider = std::max(a.id(), b.id());
  // A float cannot hold every integer, so ANSI mode goes on to double.
  if (ansi && wider == TypeId::kFloat && a.id() != b.id()) return DataType(TypeId::kDouble);
  return DataType(wider);
}

std::optional<DataType> WiderWithString(const DataType& other, bool ansi) {
  if (!ansi) {
    if (IsAtomic(other) && other.id() != TypeId::kBinary && other.id() != TypeId::kBoolean) {
      return DataType(TypeId::kString);
    }
    return std::nullopt;
  }
  if (other.is_integral()) return DataType(TypeId::kLong);
  if (other.is_numeric()) return DataType(TypeId::kDouble);
  if (!IsAtomic(other) || IsInterval(other)) return std::nullopt;
  return other;
}

std::optional<DataType> WiderNested(const DataType& a, const DataType& b, bool ansi) {
  if (a.id() == TypeId::kArray) {
    auto element = WiderType(a.element_type(), b.element_type(), ansi);
    if (!element) return std::nullopt;
    return DataType::Array(*std::move(element), a.contains_null() || b.contains_null());
  }
  if (a.id() == TypeId::kMap) {
    auto key = WiderType(a.key_type(), b.key_type(), ansi);
    auto value = WiderType(a.value_type(), b.value_type(), ansi);
    if (!key || !value) return std::nullopt;
    return DataType::Map(*std::move(key), *std::move(value),
                         a.value_contains_null() || b.value_contains_null());
  }
  if (a.fields().size() != b.fields().size()) return std::nullopt;
  std::vector<StructField> fields;
  for (size_t i = 0; i < a.fields().size(); ++i) {
    const StructField& left = a.fields()[i];
    const StructField& right = b.fields()[i];
    auto type = WiderType(left.type, right.type, ansi);
    if (!type || !SameNameIgnoringCase(left.name, right.name)) return std::nullopt;
    fields.push_back({left.name, *std::move(type), left.nullable || right.nullable});
  }
  return DataType::Struct(std::move(fields));
}

}  // namespace

std::optional<DataType> WiderType(const DataType& a, const DataType& b, bool ansi) {
  if (a == b) return a;
  if (a.id() == TypeId::kNull) return b;
  if (b.id() == TypeId::kNull) return a;
  if (a.is_numeric() && b.is_numeric()) return WiderNumber(a, b, ansi);
  if (a.id() == TypeId::kDate && IsTimestamp(b)) return b;
  if (b.id() == TypeId::kDate && IsTimestamp(a)) return a;
  if (IsTimestamp(a) && IsTimestamp(b)) return DataType(TypeId::kTimestamp);
  if (a.id() == b.id()) {
    const int start = std::min(a.start_field(), b.start_field());
    const int end = std::max(a.end_field(), b.end_field());
    if (a.id() == TypeId::kDayTimeInterval) return DataType::DayTimeInterval(start, end);
    if (a.id() == TypeId::kYearMonthInterval) return DataType::YearMonthInterval(start, end);
    if (a.is_nested()) return WiderNested(a, b, ansi);
    return a;
  }
  if (a.id() == TypeId::kString) return WiderWithString(b, ansi);
  if (b.id() == TypeId::kString) return WiderWithString(a, ansi);
  return std::nullopt;
}

std::optional<DataType> WiderTypeOf(const std::vector<DataType>& types, bool ansi) {
  DataType wider;
  // Strings come last: what the other types agree on decides what a string becomes.
  for (const bool strings : {false, true}) {
    for (const DataType& type : types) {
      if ((type.id() == TypeId::kString) != strings) continue;
      auto next = WiderType(wider, type, ansi);
      if (!next) return std::nullopt;
      wider = *std::move(next);
    }
  }
  return wider;
}

std::optional<DataType> ComparisonType(const DataType& a, const DataType& b, bool ansi) {
  if (!ansi) {
    const bool string_a = a.id() == TypeId::kString;
    const bool string_b = b.id() == TypeId::kString;
    if (string_a != string_b) {
      const DataType& other = string_a ? b : a;
      if (other.id() == TypeId::kNull) return DataType(TypeId::kString);
      if (IsAtomic(other)) return other;
      return std::nullopt;
    }
    const bool boolean_a = a.id() == TypeId::kBoolean;
    if (boolean_a != (b.id() == TypeId::kBoolean) && (boolean_a ? b : a).is_numeric()) {
      return boolean_a ? b : a;
    }
  }
  return WiderType(a, b, ansi);
}

bool CanCastImplicitly(const DataType& from, const DataType& to, bool ansi) {
  if (from.SameType(to) || from.id() == TypeId::kNull) return true;
  if (from.id() == TypeId::kString) {
    return IsAtomic(to) && (ansi || to.id() != TypeId::kBoolean);
  }
  if (to.id() == TypeId::kString) return IsAtomic(from);
  if (from.is_numeric() && to.is_numeric()) return true;
  const bool from_moment = from.id() == TypeId::kDate || IsTimestamp(from);
  const bool to_moment = to.id() == TypeId::kDate || IsTimestamp(to);
  if (from_moment && to_moment) return true;
  if (from.id() != to.id()) return false;
  if (IsInterval(from)) return true;
  if (from.id() == TypeId::kArray) {
    return CanCastImplicitly(from.element_type(), to.element_type(), ansi);
  }
  if (from.id() == TypeId::kMap) {
    return CanCastImplicitly(from.key_type(), to.key_type(), ansi) &&
           CanCastImplicitly(from.value_type(), to.value_type(), ansi);
  }
  if (from.id() == TypeId::kStruct && from.fields().size() == to.fields().size()) {
    for (size_t i = 0; i < from.fields().size(); ++i) {
      if (!CanCastImplicitly(from.fields()[i].type, to.fields()[i].type, ansi)) return false;
    }
    return true;
  }
  return false;
}

DataType DecimalForIntegral(const DataType& type) {
  switch (type.id()) {
    case TypeId::kByte: return DataType::Decimal(3, 0);
    case TypeId::kShort: return DataType::Decimal(5, 0);
    case TypeId::kInteger: return DataType::Decimal(10, 0);
    default: return DataType::Decimal(20, 0);
  }
}

DataType DecimalForOperand(const Expression& operand) {
  const auto* literal = As<Literal>(operand);
  if (!literal || literal->value().is_null()) return DecimalForIntegral(operand.type());
  std::string digits = literal->value().ToString();
  const int sign = !digits.empty() && digits[0] == '-' ? 1 : 0;
  return DataType::Decimal(static_cast<int>(digits.size()) - sign, 0);
}

DataType AdjustedDecimal(int precision, int scale) {
  if (precision <= 38) return DataType::Decimal(precision, scale);
  const int integer_digits = precision - scale;
  return DataType::Decimal(38, std::max(38 - integer_digits, std::min(scale, 6)));
}

bool IsOrderable(const DataType& type) {
  switch (type.id()) {
    case TypeId::kMap:
    case TypeId::kCalendarInterval: return false;
    case TypeId::kArray: return IsOrderable(type.element_type());
    case TypeId::kStruct:
      return std::all_of(type.fields().begin(), type.fields().end(),
                         [](const StructField& field) { return IsOrderable(field.type); });
    default: return true;
  }
}

}  // namespace firesteel
