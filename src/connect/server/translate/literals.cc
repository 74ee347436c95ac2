#include <algorithm>
#include <limits>
#include <utility>

#include "common/error.h"
#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

using Constant = spark::connect::Expression::Literal;

/// How many digits stand behind the point, and how many in all.
std::pair<int, int> DigitsOf(const std::string& text) {
  int digits = 0;
  int behind = 0;
  bool after_point = false;
  for (const char c : text) {
    if (c == '.') after_point = true;
    if (c < '0' || c > '9') continue;
    ++digits;
    behind += after_point;
  }
  return {behind, digits};
}

Result<Value> DecimalValue(const Constant::Decimal& literal, DataType* type) {
  const auto [behind, digits] = DigitsOf(literal.value());
  const int scale = literal.has_scale() ? literal.scale() : behind;
  const int precision = std::max(literal.has_precision() ? literal.precision() : digits, scale);
  Decimal value{0, precision, scale};
  if (precision < 1 || precision > 38 || scale < 0 ||
      ParseDecimal(literal.value(), precision, scale, &value.unscaled) != DecimalParse::kOk) {
    return MakeError("NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION",
                     {{"roundedValue", literal.value()},
                      {"precision", std::to_string(precision)},
                      {"scale", std::to_string(scale)}});
  }
  *type = DataType::Decimal(precision, scale);
  return Value(value);
}

template <typename Small>
Result<Value> SmallInteger(int32_t value, TypeId id, DataType* type) {
  if (value < std::numeric_limits<Small>::min() || value > std::numeric_limits<Small>::max()) {
    return UnsupportedMessage("Literal of " + DataType(id).SimpleString() + " out of its range");
  }
  *type = id;
  return Value(static_cast<Small>(value));
}

bool Fits(const Value& value, const DataType& type);

bool FitsNested(const Value& value, const DataType& type) {
  if (type.id() == TypeId::kArray) {
    if (!value.Is<ArrayValue>()) return false;
    const std::vector<Value>& elements = value.Get<ArrayValue>().elements;
    return std::all_of(elements.begin(), elements.end(), [&type](const Value& element) {
      return Fits(element, type.element_type());
    });
  }
  if (type.id() == TypeId::kMap) {
    if (!value.Is<MapValue>()) return false;
    const auto& entries = value.Get<MapValue>().entries;
    return std::all_of(entries.begin(), entries.end(), [&type](const auto& entry) {
      return Fits(entry.first, type.key_type()) && Fits(entry.second, type.value_type());
    });
  }
  if (type.id() != TypeId::kStruct || !value.Is<StructValue>()) return false;
  const std::vector<Value>& fields = value.Get<StructValue>().fields;
  if (fields.size() != type.fields().size()) return false;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!Fits(fields[i], type.fields()[i].type)) return false;
  }
  return true;
}

/// Whether a value is one of the type it is declared to have.
bool Fits(const Value& value, const DataType& type) {
  if (value.is_null()) return true;
  switch (type.id()) {
    case TypeId::kNull:
      return false;
    case TypeId::kBoolean:
      return value.Is<bool>();
    case TypeId::kByte:
      return value.Is<int8_t>();
    case TypeId::kShort:
      return value.Is<int16_t>();
    case TypeId::kInteger:
      return value.Is<int32_t>();
    case TypeId::kLong:
      return value.Is<int64_t>();
    case TypeId::kFloat:
      return value.Is<float>();
    case TypeId::kDouble:
      return value.Is<double>();
    case TypeId::kDecimal:
      return value.Is<Decimal>() && value.Get<Decimal>().scale == type.scale() &&
             value.Get<Decimal>().precision <= type.precision();
    case TypeId::kString:
      return value.Is<std::string>();
    case TypeId::kBinary:
      return value.Is<Binary>();
    case TypeId::kDate:
      return value.Is<Date>();
    case TypeId::kTimestamp:
      return value.Is<Timestamp>();
    case TypeId::kTimestampNtz:
      return value.Is<TimestampNtz>();
    case TypeId::kDayTimeInterval:
      return value.Is<DayTimeInterval>();
    case TypeId::kYearMonthInterval:
      return value.Is<YearMonthInterval>();
    case TypeId::kCalendarInterval:
      return value.Is<CalendarInterval>();
    default:
      return FitsNested(value, type);
  }
}

/// A value with others inside, which are declared to have a type.
Result<Value> Declared(Value value, DataType declared, DataType* type) {
  if (!Fits(value, declared)) {
    return MakeError("CONNECT_INVALID_PLAN.INCOMPATIBLE_LITERAL_DATA_TYPE",
                     {{"dataTypeKindCase", declared.Sql()}, {"literalTypeCase", value.ToString()}});
  }
  *type = std::move(declared);
  return value;
}

template <typename Values>
Value ArrayOf(const Values& values) {
  ArrayValue array;
  for (const auto& value : values) array.elements.emplace_back(value);
  return array;
}

Result<Value> SpecializedArray(const Constant::SpecializedArray& array, DataType* type) {
  switch (array.value_type_case()) {
    case Constant::SpecializedArray::kBools:
      *type = DataType::Array(TypeId::kBoolean, false);
      return ArrayOf(array.bools().values());
    case Constant::SpecializedArray::kInts:
      *type = DataType::Array(TypeId::kInteger, false);
      return ArrayOf(array.ints().values());
    case Constant::SpecializedArray::kLongs:
      *type = DataType::Array(TypeId::kLong, false);
      return ArrayOf(array.longs().values());
    case Constant::SpecializedArray::kFloats:
      *type = DataType::Array(TypeId::kFloat, false);
      return ArrayOf(array.floats().values());
    case Constant::SpecializedArray::kDoubles:
      *type = DataType::Array(TypeId::kDouble, false);
      return ArrayOf(array.doubles().values());
    case Constant::SpecializedArray::kStrings:
      *type = DataType::Array(TypeId::kString, false);
      return ArrayOf(array.strings().values());
    default: return UnsupportedMessage("Literal.SpecializedArray");
  }
}

}  // namespace

Result<Value> PlanTranslator::LiteralValue(const Constant& literal, DataType* type) {
  switch (literal.literal_type_case()) {
    case Constant::kNull: {
      ARROW_ASSIGN_OR_RAISE(*type, FromProtocol(literal.null()));
      return Value();
    }
    case Constant::kBinary: *type = TypeId::kBinary; return Value(Binary{literal.binary()});
    case Constant::kBoolean: *type = TypeId::kBoolean; return Value(literal.boolean());
    case Constant::kByte: return SmallInteger<int8_t>(literal.byte(), TypeId::kByte, type);
    case Constant::kShort: return SmallInteger<int16_t>(literal.short_(), TypeId::kShort, type);
    case Constant::kInteger: *type = TypeId::kInteger; return Value(int32_t{literal.integer()});
    case Constant::kLong: *type = TypeId::kLong; return Value(int64_t{literal.long_()});
    case Constant::kFloat: *type = TypeId::kFloat; return Value(literal.float_());
    case Constant::kDouble: *type = TypeId::kDouble; return Value(literal.double_());
    case Constant::kDecimal: return DecimalValue(literal.decimal(), type);
    case Constant::kString: *type = TypeId::kString; return Value(literal.string());
    case Constant::kDate: *type = TypeId::kDate; return Value(Date{literal.date()});
    case Constant::kTimestamp:
      *type = TypeId::kTimestamp;
      return Value(Timestamp{literal.timestamp()});
    case Constant::kTimestampNtz:
      *type = TypeId::kTimestampNtz;
      return Value(TimestampNtz{literal.timestamp_ntz()});
    case Constant::kDayTimeInterval:
      *type = TypeId::kDayTimeInterval;
      return Value(DayTimeInterval{literal.day_time_interval()});
    case Constant::kYearMonthInterval:
      *type = TypeId::kYearMonthInterval;
      return Value(YearMonthInterval{literal.year_month_interval()});
    case Constant::kCalendarInterval: {
      const auto& interval = literal.calendar_interval();
      *type = TypeId::kCalendarInterval;
      return Value(CalendarInterval{interval.months(), interval.days(), interval.microseconds()});
    }
    case Constant::kArray: {
      ArrayValue array;
      DataType element;
      for (const Constant& item : literal.array().elements()) {
        ARROW_ASSIGN_OR_RAISE(array.elements.emplace_back(), LiteralValue(item, &element));
      }
      if (literal.array().has_element_type()) {
        ARROW_ASSIGN_OR_RAISE(element, FromProtocol(literal.array().element_type()));
      }
      return Declared(std::move(array), DataType::Array(std::move(element)), type);
    }
    case Constant::kMap: {
      MapValue map;
      DataType key;
      DataType value;
      if (literal.map().keys_size() != literal.map().values_size()) {
        return UnsupportedMessage("Literal.Map with more keys than values");
      }
      for (int i = 0; i < literal.map().keys_size(); ++i) {
        std::pair<Value, Value> entry;
        ARROW_ASSIGN_OR_RAISE(entry.first, LiteralValue(literal.map().keys(i), &key));
        ARROW_ASSIGN_OR_RAISE(entry.second, LiteralValue(literal.map().values(i), &value));
        map.entries.push_back(std::move(entry));
      }
      if (literal.map().has_key_type()) {
        ARROW_ASSIGN_OR_RAISE(key, FromProtocol(literal.map().key_type()));
        ARROW_ASSIGN_OR_RAISE(value, FromProtocol(literal.map().value_type()));
      }
      return Declared(std::move(map), DataType::Map(std::move(key), std::move(value)), type);
    }
    case Constant::kStruct: {
      StructValue fields;
      DataType field_type;
      for (const Constant& item : literal.struct_().elements()) {
        ARROW_ASSIGN_OR_RAISE(fields.fields.emplace_back(), LiteralValue(item, &field_type));
      }
      ARROW_ASSIGN_OR_RAISE(DataType declared, FromProtocol(literal.has_data_type()
                                                                ? literal.data_type()
                                                                : literal.struct_().struct_type()));
      return Declared(std::move(fields), std::move(declared), type);
    }
    case Constant::kSpecializedArray: return SpecializedArray(literal.specialized_array(), type);
    default: return UnsupportedMessage("Literal of a kind unknown here");
  }
}

}  // namespace firesteel
