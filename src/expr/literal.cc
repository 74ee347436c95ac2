#include "expr/nodes.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_binary.h"
#include "common/error.h"
#include "types/arrow_types.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

DataType TypeOf(const Value& value);

DataType TypeOfElements(const std::vector<Value>& elements) {
  for (const Value& element : elements) {
    if (!element.is_null()) return TypeOf(element);
  }
  return TypeId::kNull;
}

struct TypeVisitor {
  DataType operator()(std::monostate) const { return TypeId::kNull; }
  DataType operator()(bool) const { return TypeId::kBoolean; }
  DataType operator()(int8_t) const { return TypeId::kByte; }
  DataType operator()(int16_t) const { return TypeId::kShort; }
  DataType operator()(int32_t) const { return TypeId::kInteger; }
  DataType operator()(int64_t) const { return TypeId::kLong; }
  DataType operator()(float) const { return TypeId::kFloat; }
  DataType operator()(double) const { return TypeId::kDouble; }
  DataType operator()(const Decimal& d) const { return DataType::Decimal(d.precision, d.scale); }
  DataType operator()(const std::string&) const { return TypeId::kString; }
  DataType operator()(const Binary&) const { return TypeId::kBinary; }
  DataType operator()(Date) const { return TypeId::kDate; }
  DataType operator()(Timestamp) const { return TypeId::kTimestamp; }
  DataType operator()(TimestampNtz) const { return TypeId::kTimestampNtz; }
  DataType operator()(DayTimeInterval) const { return TypeId::kDayTimeInterval; }
  DataType operator()(YearMonthInterval) const { return TypeId::kYearMonthInterval; }
  DataType operator()(CalendarInterval) const { return TypeId::kCalendarInterval; }
  DataType operator()(const ArrayValue& array) const {
    bool contains_null = false;
    for (const Value& element : array.elements) contains_null |= element.is_null();
    return DataType::Array(TypeOfElements(array.elements), contains_null);
  }
  DataType operator()(const MapValue& map) const {
    std::vector<Value> values;
    bool contains_null = false;
    for (const auto& [key, value] : map.entries) {
      values.push_back(value);
      contains_null |= value.is_null();
    }
    DataType key = map.entries.empty() ? DataType() : TypeOf(map.entries.front().first);
    return DataType::Map(std::move(key), TypeOfElements(values), contains_null);
  }
  DataType operator()(const StructValue& value) const {
    std::vector<StructField> fields;
    for (size_t i = 0; i < value.fields.size(); ++i) {
      fields.push_back({"col" + std::to_string(i + 1), TypeOf(value.fields[i]),
                        value.fields[i].is_null()});
    }
    return DataType::Struct(std::move(fields));
  }
};

DataType TypeOf(const Value& value) { return std::visit(TypeVisitor{}, value.variant()); }

std::string HexText(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (unsigned char byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace

Literal::Literal(Value value, DataType type, std::shared_ptr<arrow::Array> array,
                 std::string time_zone)
    : Expression(kKind, {}),
      value_(std::move(value)),
      time_zone_(std::move(time_zone)),
      array_(std::move(array)) {
  SetType(std::move(type), value_.is_null());
}

Result<ExpressionPtr> Literal::Make(Value value, DataType type, std::string time_zone) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array, MakeArray({value}, type));
  return ExpressionPtr(
      new Literal(std::move(value), std::move(type), std::move(array), std::move(time_zone)));
}

Result<ExpressionPtr> Literal::Of(const Value& value) { return Make(value, TypeOf(value)); }

ExpressionPtr Literal::WithNewChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string Literal::Sql() const {
  if (value_.is_null()) return "NULL";
  // Strings and numbers stand bare in the names of columns; other types keep their keyword.
  if (value_.Is<std::string>()) return value_.Get<std::string>();
  if (value_.Is<Decimal>()) {
    const Decimal& decimal = value_.Get<Decimal>();
    char text[kDecimalTextSize];
    return std::string(text, FormatDecimalScientific(decimal.unscaled, decimal.scale, text));
  }
  if (value_.Is<Binary>()) return "X'" + HexText(value_.Get<Binary>().bytes) + "'";
  Result<std::shared_ptr<arrow::Array>> rendered = CastToString(array_, type(), time_zone_);
  std::string text = rendered.ok() && (*rendered)->IsValid(0)
                         ? static_cast<const arrow::StringArray&>(**rendered).GetString(0)
                         : value_.ToString();
  switch (type().id()) {
    case TypeId::kDate: return "DATE '" + text + "'";
    case TypeId::kTimestamp: return "TIMESTAMP '" + text + "'";
    case TypeId::kTimestampNtz: return "TIMESTAMP_NTZ '" + text + "'";
    case TypeId::kCalendarInterval: return "INTERVAL '" + text + "'";
    default: return text;
  }
}

Result<ColumnVector> Literal::Evaluate(const arrow::RecordBatch&, EvaluationContext*) const {
  return ColumnVector{array_, true};
}

}  // namespace firesteel
