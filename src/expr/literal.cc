#include "expr/nodes.h"

#include <algorithm>
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

std::string TextAs(const std::shared_ptr<arrow::Array>& array, const Value& value,
                   const DataType& type, const std::string& time_zone) {
  Result<std::shared_ptr<arrow::Array>> rendered = CastToString(array, type, time_zone);
  return rendered.ok() && (*rendered)->IsValid(0)
             ? static_cast<const arrow::StringArray&>(**rendered).GetString(0)
             : value.ToString();
}

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

std::string QuotedText(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "'";
}

std::string FloatingText(const std::string& number, const DataType& type) {
  const bool plain = number.find_first_not_of("0123456789.-E") == std::string::npos;
  if (plain && type.id() == TypeId::kDouble) return number + "D";
  return "CAST(" + (plain ? number : "'" + number + "'") + " AS " + type.Sql() + ")";
}

std::string StatementText(const Value& value, const DataType& type, const std::string& time_zone);

/// `ARRAY(1, 2)`, `MAP('a', 1)`, `NAMED_STRUCT('a', 1)`.
std::string NestedText(const Value& value, const DataType& type, const std::string& time_zone) {
  std::vector<std::string> parts;
  std::string name = "ARRAY";
  if (value.Is<ArrayValue>()) {
    for (const Value& element : value.Get<ArrayValue>().elements) {
      parts.push_back(StatementText(element, type.element_type(), time_zone));
    }
  } else if (value.Is<MapValue>()) {
    name = "MAP";
    for (const auto& [key, mapped] : value.Get<MapValue>().entries) {
      parts.push_back(StatementText(key, type.key_type(), time_zone));
      parts.push_back(StatementText(mapped, type.value_type(), time_zone));
    }
  } else {
    name = "NAMED_STRUCT";
    const std::vector<Value>& fields = value.Get<StructValue>().fields;
    for (size_t i = 0; i < fields.size(); ++i) {
      parts.push_back(QuotedText(type.fields()[i].name));
      parts.push_back(StatementText(fields[i], type.fields()[i].type, time_zone));
    }
  }
  std::string text = name + "(";
  for (size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : ", ") + parts[i];
  return text + ")";
}

/// The value as a statement would say it, with its type.
std::string StatementText(const Value& value, const DataType& type, const std::string& time_zone) {
  if (value.is_null()) {
    return type.id() == TypeId::kNull ? "NULL" : "CAST(NULL AS " + type.Sql() + ")";
  }
  if (value.Is<ArrayValue>() || value.Is<MapValue>() || value.Is<StructValue>()) {
    return NestedText(value, type, time_zone);
  }
  if (value.Is<std::string>()) return QuotedText(value.Get<std::string>());
  if (value.Is<Binary>()) return "X'" + HexText(value.Get<Binary>().bytes) + "'";
  const Result<std::shared_ptr<arrow::Array>> array = MakeArray({value}, type);
  if (!array.ok()) return value.ToString();
  std::string text = TextAs(*array, value, type, time_zone);
  switch (type.id()) {
    case TypeId::kByte: return text + "Y";
    case TypeId::kShort: return text + "S";
    case TypeId::kLong: return text + "L";
    case TypeId::kFloat:
    case TypeId::kDouble: return FloatingText(text, type);
    case TypeId::kDecimal: return text + "BD";
    case TypeId::kDate: return "DATE '" + text + "'";
    case TypeId::kTimestamp: return "TIMESTAMP '" + text + "'";
    case TypeId::kTimestampNtz: return "TIMESTAMP_NTZ '" + text + "'";
    case TypeId::kCalendarInterval: return "INTERVAL '" + text + "'";
    default: return text;
  }
}

/// `system.session.name`, in backticks where it needs them.
std::string VariableText(const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (plain) return "system.session." + name;
  std::string quoted;
  for (const char c : name) quoted += c == '`' ? "``" : std::string(1, c);
  return "system.session.`" + quoted + "`";
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

Result<ExpressionPtr> Literal::OfVariable(const std::string& name, Value value, DataType type,
                                          std::string time_zone) {
  std::string text = "variablereference(" + VariableText(name) + "=" +
                     StatementText(value, type, time_zone) + ")";
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array, MakeArray({value}, type));
  auto* literal =
      new Literal(std::move(value), std::move(type), std::move(array), std::move(time_zone));
  literal->variable_ = std::move(text);
  return ExpressionPtr(literal);
}

Result<ExpressionPtr> Literal::Of(const Value& value) { return Make(value, TypeOf(value)); }

ExpressionPtr Literal::WithNewChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string Literal::Sql() const {
  if (is_variable()) return variable_;
  if (value_.is_null()) return "NULL";
  // Strings and numbers stand bare in the names of columns; other types keep their keyword.
  if (value_.Is<std::string>()) return value_.Get<std::string>();
  if (value_.Is<Decimal>()) {
    const Decimal& decimal = value_.Get<Decimal>();
    char text[kDecimalTextSize];
    return std::string(text, FormatDecimalScientific(decimal.unscaled, decimal.scale, text));
  }
  if (value_.Is<Binary>()) return "X'" + HexText(value_.Get<Binary>().bytes) + "'";
  std::string text = TextAs(array_, value_, type(), time_zone_);
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
