#include <string>

#include "common/error.h"
#include "types/cast.h"

namespace firesteel {
namespace {

bool IsAnsiInterval(const DataType& type) {
  return type.id() == TypeId::kDayTimeInterval || type.id() == TypeId::kYearMonthInterval;
}

bool IsExactNumber(const DataType& type) {
  return type.is_integral() || type.id() == TypeId::kDecimal;
}

// The digits before the point that hold every value of an integer type.
int WholeDigits(const DataType& type) {
  switch (type.id()) {
    case TypeId::kByte:
      return 3;
    case TypeId::kShort:
      return 5;
    case TypeId::kInteger:
      return 10;
    case TypeId::kLong:
      return 20;
    default:
      return type.precision() - type.scale();
  }
}

// Whether every value of a type without parts fits the decimal type.
bool FitsDecimal(const DataType& from, const DataType& to) {
  if (from.id() == TypeId::kBoolean) return to.precision() - to.scale() >= 1;
  if (from.is_integral()) return to.precision() - to.scale() >= WholeDigits(from);
  return from.id() == TypeId::kDecimal && from.scale() <= to.scale() &&
         WholeDigits(from) <= to.precision() - to.scale();
}

// Whether the cast of a value other than NULL can be NULL, without ANSI rules.
bool ForcesNullable(const DataType& from, const DataType& to) {
  if (from.id() == TypeId::kNull || from == to) return false;
  if (from.id() == TypeId::kString) return to.id() != TypeId::kBinary;
  if (to.id() == TypeId::kString) return false;
  if (from.is_floating() && (to.id() == TypeId::kTimestamp || to.is_integral())) return true;
  if (to.id() == TypeId::kDate) {
    return from.id() != TypeId::kTimestamp && from.id() != TypeId::kTimestampNtz;
  }
  if (from.id() == TypeId::kDate) return to.is_numeric() || to.id() == TypeId::kBoolean;
  if (to.id() == TypeId::kCalendarInterval) return true;
  if (to.id() == TypeId::kDecimal) return !FitsDecimal(from, to);
  return from.id() == TypeId::kDecimal && to.is_integral();
}

bool CanCastNested(const DataType& from, const DataType& to, bool ansi) {
  if (from.id() != to.id()) return false;
  const auto nullability_fits = [ansi](const DataType& from_part, bool from_nullable,
                                       const DataType& to_part, bool to_nullable) {
    return to_nullable || !(from_nullable || (!ansi && ForcesNullable(from_part, to_part)));
  };
  switch (from.id()) {
    case TypeId::kArray:
      return CanCast(from.element_type(), to.element_type(), ansi) &&
             nullability_fits(from.element_type(), from.contains_null(), to.element_type(),
                              to.contains_null());
    case TypeId::kMap:
      return CanCast(from.key_type(), to.key_type(), ansi) &&
             nullability_fits(from.key_type(), false, to.key_type(), false) &&
             CanCast(from.value_type(), to.value_type(), ansi) &&
             nullability_fits(from.value_type(), from.value_contains_null(), to.value_type(),
                              to.value_contains_null());
    default:
      if (from.fields().size() != to.fields().size()) return false;
      for (size_t i = 0; i < from.fields().size(); ++i) {
        const StructField& a = from.fields()[i];
        const StructField& b = to.fields()[i];
        if (!CanCast(a.type, b.type, ansi) ||
            !nullability_fits(a.type, a.nullable, b.type, b.nullable)) {
          return false;
        }
      }
      return true;
  }
}

bool CanCastToTimestamp(const DataType& from, bool ansi) {
  switch (from.id()) {
    case TypeId::kString:
    case TypeId::kDate:
    case TypeId::kTimestampNtz:
      return true;
    case TypeId::kBoolean:
      return !ansi;
    default:
      return from.is_numeric();
  }
}

bool CanCastToNumber(const DataType& from, const DataType& to, bool ansi) {
  switch (from.id()) {
    case TypeId::kString:
    case TypeId::kBoolean:
    case TypeId::kTimestamp:
      return true;
    case TypeId::kDate:
      return !ansi;
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval:
      return IsExactNumber(to);
    default:
      return from.is_numeric();
  }
}

bool CanCastToBoolean(const DataType& from, bool ansi) {
  if (from.id() == TypeId::kString || from.is_numeric()) return true;
  return !ansi && (from.id() == TypeId::kDate || from.id() == TypeId::kTimestamp);
}

}  // namespace

bool CanCast(const DataType& from, const DataType& to, bool ansi) {
  if (from == to || from.id() == TypeId::kNull || to.id() == TypeId::kString) return true;
  if (from.is_nested()) return CanCastNested(from, to, ansi);
  switch (to.id()) {
    case TypeId::kBoolean:
      return CanCastToBoolean(from, ansi);
    case TypeId::kBinary:
      return from.id() == TypeId::kString || (!ansi && from.is_integral());
    case TypeId::kDate:
      return from.id() == TypeId::kString || from.id() == TypeId::kTimestamp ||
             from.id() == TypeId::kTimestampNtz;
    case TypeId::kTimestamp:
      return CanCastToTimestamp(from, ansi);
    case TypeId::kTimestampNtz:
      return from.id() == TypeId::kString || from.id() == TypeId::kDate ||
             from.id() == TypeId::kTimestamp;
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval:
      return from.id() == TypeId::kString || from.id() == to.id() || IsExactNumber(from);
    case TypeId::kCalendarInterval:
      return from.id() == TypeId::kString;
    default:
      return to.is_numeric() && CanCastToNumber(from, to, ansi);
  }
}

bool CanUpCast(const DataType& from, const DataType& to) {
  if (from == to || from.id() == TypeId::kNull) return true;
  if (from.is_nested()) {
    if (from.id() != to.id()) return false;
    if (from.id() == TypeId::kArray) {
      return (to.contains_null() || !from.contains_null()) &&
             CanUpCast(from.element_type(), to.element_type());
    }
    if (from.id() == TypeId::kMap) {
      return (to.value_contains_null() || !from.value_contains_null()) &&
             CanUpCast(from.key_type(), to.key_type()) &&
             CanUpCast(from.value_type(), to.value_type());
    }
    if (from.fields().size() != to.fields().size()) return false;
    for (size_t i = 0; i < from.fields().size(); ++i) {
      if (from.fields()[i].nullable && !to.fields()[i].nullable) return false;
      if (!CanUpCast(from.fields()[i].type, to.fields()[i].type)) return false;
    }
    return true;
  }
  if (to.id() == TypeId::kString) return from.id() != TypeId::kBinary;
  if (to.id() == TypeId::kDecimal) return from.is_numeric() && FitsDecimal(from, to);
  if (from.id() == TypeId::kDecimal) {
    return to.is_integral() && from.scale() == 0 && from.precision() < WholeDigits(to);
  }
  // The numeric types are declared in the order of their ranges.
  if (from.is_numeric() && to.is_numeric()) return from.id() <= to.id();
  switch (from.id()) {
    case TypeId::kDate:
      return to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNtz;
    case TypeId::kTimestamp:
      return to.id() == TypeId::kTimestampNtz;
    case TypeId::kTimestampNtz:
      return to.id() == TypeId::kTimestamp;
    default:
      return IsAnsiInterval(from) && from.id() == to.id();
  }
}

Status CastRefusal(const std::string& sql_expression, const DataType& from, const DataType& to) {
  std::map<std::string, std::string> parameters{{"sqlExpr", "\"" + sql_expression + "\""},
                                                {"srcType", "\"" + from.Sql() + "\""},
                                                {"targetType", "\"" + to.Sql() + "\""}};
  const bool to_date = from.is_numeric() && to.id() == TypeId::kDate;
  const bool from_date = from.id() == TypeId::kDate && to.is_numeric();
  if (to_date || from_date) {
    parameters["functionNames"] = to_date ? "`DATE_FROM_UNIX_DATE`" : "`UNIX_DATE`";
    return MakeError("DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", std::move(parameters));
  }
  if (CanCast(from, to, /*ansi=*/false)) {
    parameters["config"] = "\"spark.sql.ansi.enabled\"";
    parameters["configVal"] = "'false'";
    return MakeError("DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", std::move(parameters));
  }
  return MakeError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", std::move(parameters));
}

}  // namespace firesteel
