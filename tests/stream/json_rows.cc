#include "tests/stream/json_rows.h"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/number_format.h"

namespace firesteel::testing {
namespace {

using Json = nlohmann::json;

Status DoesNotFit(const Json& json, const DataType& type) {
  return Status::Invalid(json.dump(), " is no ", type.SimpleString());
}

template <typename Target>
Result<Value> ReadWhole(const Json& json, const DataType& type) {
  if (!json.is_number_integer()) return DoesNotFit(json, type);
  const auto wide = json.get<int64_t>();
  if (wide < std::numeric_limits<Target>::min() || wide > std::numeric_limits<Target>::max()) {
    return DoesNotFit(json, type);
  }
  return Value(static_cast<Target>(wide));
}

Result<double> ReadDouble(const Json& json, const DataType& type) {
  if (json.is_number()) return json.get<double>();
  const std::optional<double> parsed =
      json.is_string() ? ParseDouble(json.get<std::string>()) : std::nullopt;
  if (!parsed.has_value()) return DoesNotFit(json, type);
  return *parsed;
}

/// Reads the types that are strings in JSON.
Result<Value> ReadText(const Json& json, const DataType& type) {
  if (!json.is_string()) return DoesNotFit(json, type);
  const auto text = json.get<std::string>();
  if (type.id() == TypeId::kString) return Value(text);
  if (type.id() == TypeId::kDecimal) {
    Decimal decimal{0, type.precision(), type.scale()};
    if (ParseDecimal(text, type.precision(), type.scale(), &decimal.unscaled) ==
        DecimalParse::kOk) {
      return Value(decimal);
    }
  } else if (type.id() == TypeId::kDate) {
    if (const auto days = ParseDate(text)) return Value(Date{*days});
  } else if (type.id() == TypeId::kTimestamp) {
    if (const auto micros = ParseTimestamp(text, TimeZone::Utc())) return Value(Timestamp{*micros});
  }
  return DoesNotFit(json, type);
}

Result<Value> ReadValue(const Json& json, const DataType& type);

Result<Value> ReadStruct(const Json& json, const DataType& type) {
  if (!json.is_object()) return DoesNotFit(json, type);
  StructValue value;
  for (const StructField& field : type.fields()) {
    const Json member = json.contains(field.name) ? json[field.name] : Json();
    ARROW_ASSIGN_OR_RAISE(Value read, ReadValue(member, field.type));
    value.fields.push_back(std::move(read));
  }
  return Value(std::move(value));
}

Result<Value> ReadArray(const Json& json, const DataType& type) {
  if (!json.is_array()) return DoesNotFit(json, type);
  ArrayValue value;
  for (const Json& element : json) {
    ARROW_ASSIGN_OR_RAISE(Value read, ReadValue(element, type.element_type()));
    value.elements.push_back(std::move(read));
  }
  return Value(std::move(value));
}

Result<Value> ReadValue(const Json& json, const DataType& type) {
  if (json.is_null()) return Value();
  switch (type.id()) {
    case TypeId::kBoolean:
      if (!json.is_boolean()) return DoesNotFit(json, type);
      return Value(json.get<bool>());
    case TypeId::kByte:
      return ReadWhole<int8_t>(json, type);
    case TypeId::kShort:
      return ReadWhole<int16_t>(json, type);
    case TypeId::kInteger:
      return ReadWhole<int32_t>(json, type);
    case TypeId::kLong:
      return ReadWhole<int64_t>(json, type);
    case TypeId::kFloat: {
      ARROW_ASSIGN_OR_RAISE(const double wide, ReadDouble(json, type));
      return Value(static_cast<float>(wide));
    }
    case TypeId::kDouble: {
      ARROW_ASSIGN_OR_RAISE(const double value, ReadDouble(json, type));
      return Value(value);
    }
    case TypeId::kArray:
      return ReadArray(json, type);
    case TypeId::kStruct:
      return ReadStruct(json, type);
    default:
      return ReadText(json, type);
  }
}

std::string Quoted(const std::string& text) { return Json(text).dump(); }

std::string WriteFloating(double value, const std::string& text) {
  return std::isfinite(value) ? text : Quoted(text);
}

std::string WriteValue(const Value& value, const DataType& type) {
  if (value.is_null()) return "null";
  switch (type.id()) {
    case TypeId::kBoolean:
    case TypeId::kByte:
    case TypeId::kShort:
    case TypeId::kInteger:
    case TypeId::kLong:
      return value.ToString();
    case TypeId::kFloat:
      return WriteFloating(value.Get<float>(), value.ToString());
    case TypeId::kDouble:
      return WriteFloating(value.Get<double>(), value.ToString());
    case TypeId::kArray: {
      std::string text;
      for (const Value& element : value.Get<ArrayValue>().elements) {
        text += (text.empty() ? "" : ",") + WriteValue(element, type.element_type());
      }
      return "[" + text + "]";
    }
    case TypeId::kStruct: {
      std::string text;
      const std::vector<Value>& fields = value.Get<StructValue>().fields;
      for (size_t i = 0; i < fields.size(); ++i) {
        const StructField& field = type.fields()[i];
        text += (i == 0 ? "" : ",") + Quoted(field.name) + ":" + WriteValue(fields[i], field.type);
      }
      return "{" + text + "}";
    }
    default:
      return Quoted(value.ToString());
  }
}

}  // namespace

Result<Row> ReadJsonRow(std::string_view text, const Schema& schema) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array() || json.size() != static_cast<size_t>(schema.size())) {
    return Status::Invalid("'", text, "' is no row of ", schema.size(), " values.");
  }
  std::vector<Value> values;
  for (int i = 0; i < schema.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Value value, ReadValue(json[i], schema.field(i).type));
    values.push_back(std::move(value));
  }
  return Row(std::move(values));
}

std::string WriteJsonRow(const Row& row, const Schema& schema) {
  std::string text = "[";
  for (int i = 0; i < row.size(); ++i) {
    text += (i == 0 ? "" : ",") + WriteValue(row[i], schema.field(i).type);
  }
  return text + "]";
}

}  // namespace firesteel::testing
