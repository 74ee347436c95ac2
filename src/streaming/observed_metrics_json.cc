#include "streaming/observed_metrics_json.h"

#include <cmath>
#include <cstdint>
#include <string_view>
#include <variant>

#include "arrow/util/base64.h"
#include "common/json_text.h"
#include "types/datetime.h"

namespace firesteel {
namespace {

enum class Dialect { kListener, kFields };

constexpr int64_t kMsPerDay = 86'400'000;

void AppendValue(const Value& value, const DataType& type, Dialect dialect, std::string* json);

/// A struct or the whole row.
void AppendFields(const std::vector<Value>& values, const std::vector<StructField>& fields,
                  Dialect dialect, std::string* json) {
  const bool by_name = dialect == Dialect::kListener;
  *json += by_name ? "{" : R"({"values":[)";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) *json += ',';
    if (by_name) {
      AppendJsonString(fields[i].name, json);
      *json += ':';
    }
    AppendValue(values[i], fields[i].type, dialect, json);
  }
  *json += by_name ? "}" : R"(],"schema":)" + Schema(fields).Json() + "}";
}

/// Writes one value; the type says what those inside of it are. What JSON has no form for is
/// written as its text.
class ValueWriter {
 public:
  ValueWriter(const Value& value, const DataType& type, Dialect dialect, std::string* json)
      : value_(value), type_(type), dialect_(dialect), json_(json) {}

  void operator()(std::monostate) const { *json_ += "null"; }
  void operator()(bool value) const { *json_ += value ? "true" : "false"; }
  void operator()(int8_t value) const { *json_ += std::to_string(value); }
  void operator()(int16_t value) const { *json_ += std::to_string(value); }
  void operator()(int32_t value) const { *json_ += std::to_string(value); }
  void operator()(int64_t value) const { *json_ += std::to_string(value); }
  void operator()(float value) const { Number(value, value_.ToString()); }
  void operator()(double value) const { Number(value, value_.ToString()); }
  void operator()(const Decimal&) const { *json_ += value_.ToString(); }
  void operator()(const Binary& value) const {
    AppendJsonString(arrow::util::base64_encode(value.bytes), json_);
  }
  void operator()(const Date& value) const {
    if (dialect_ == Dialect::kListener) return Text();
    *json_ += std::to_string(value.days * kMsPerDay);
  }
  void operator()(const Timestamp& value) const {
    if (dialect_ == Dialect::kFields) {
      *json_ += std::to_string(FloorDivide(value.micros, kMicrosPerMillisecond));
      return;
    }
    // Whole seconds, as Spark writes them here.
    const std::string text = value_.ToString();
    AppendJsonString(std::string_view(text).substr(0, text.find('.')), json_);
  }
  void operator()(const ArrayValue& array) const {
    *json_ += '[';
    for (size_t i = 0; i < array.elements.size(); ++i) {
      if (i > 0) *json_ += ',';
      AppendValue(array.elements[i], type_.element_type(), dialect_, json_);
    }
    *json_ += ']';
  }
  void operator()(const MapValue& map) const {
    const bool texts = type_.key_type().id() == TypeId::kString;
    texts || dialect_ == Dialect::kFields ? Object(map) : Entries(map);
  }
  void operator()(const StructValue& value) const {
    AppendFields(value.fields, type_.fields(), dialect_, json_);
  }
  template <typename Other>
  void operator()(const Other&) const {
    Text();
  }

 private:
  void Text() const { AppendJsonString(value_.ToString(), json_); }
  void Number(double value, const std::string& text) const {
    if (std::isfinite(value)) {
      *json_ += text;
    } else {
      AppendJsonString(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", json_);
    }
  }
  void Object(const MapValue& map) const {
    *json_ += '{';
    for (const auto& [key, value] : map.entries) {
      if (json_->back() != '{') *json_ += ',';
      AppendJsonString(key.ToString(), json_);
      *json_ += ':';
      AppendValue(value, type_.value_type(), dialect_, json_);
    }
    *json_ += '}';
  }
  void Entries(const MapValue& map) const {
    *json_ += '[';
    for (const auto& [key, value] : map.entries) {
      if (json_->back() != '[') *json_ += ',';
      *json_ += R"({"key":)";
      AppendValue(key, type_.key_type(), dialect_, json_);
      *json_ += R"(,"value":)";
      AppendValue(value, type_.value_type(), dialect_, json_);
      *json_ += '}';
    }
    *json_ += ']';
  }

  const Value& value_;
  const DataType& type_;
  const Dialect dialect_;
  std::string* json_;
};

void AppendValue(const Value& value, const DataType& type, Dialect dialect, std::string* json) {
  std::visit(ValueWriter(value, type, dialect, json), value.variant());
}

std::string RowJson(const Row& metrics, Dialect dialect) {
  std::string json;
  const std::vector<StructField> none;
  AppendFields(metrics.values(), metrics.schema() ? metrics.schema()->fields() : none, dialect,
               &json);
  return json;
}

}  // namespace

std::string MetricsJson(const Row& metrics) { return RowJson(metrics, Dialect::kListener); }

std::string MetricsFieldsJson(const Row& metrics) { return RowJson(metrics, Dialect::kFields); }

}  // namespace firesteel
