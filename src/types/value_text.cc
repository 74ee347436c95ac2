#include <type_traits>

#include "firesteel/row.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/interval.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

// Writes one alternative of a Value; NULL is "NULL" at every level.
class ValueWriter {
 public:
  explicit ValueWriter(std::string* out) : out_(out) {}

  void operator()(std::monostate) { out_->append("NULL"); }
  void operator()(bool value) { out_->append(value ? "true" : "false"); }
  template <typename T>
    requires std::is_integral_v<T>
  void operator()(T value) {
    out_->append(std::to_string(value));
  }
  void operator()(float value) {
    char text[kFloatingTextSize];
    out_->append(text, FormatFloat(value, text));
  }
  void operator()(double value) {
    char text[kFloatingTextSize];
    out_->append(text, FormatDouble(value, text));
  }
  void operator()(const Decimal& value) {
    char text[kDecimalTextSize];
    out_->append(text, FormatDecimal(value.unscaled, value.scale, text));
  }
  void operator()(const std::string& value) { out_->append(value); }
  void operator()(const Binary& value) { out_->append(value.bytes); }
  void operator()(Date value) {
    char text[kDateTextSize];
    out_->append(text, FormatDate(value.days, text));
  }
  void operator()(Timestamp value) { AppendTimestamp(value.micros); }
  void operator()(TimestampNtz value) { AppendTimestamp(value.micros); }
  void operator()(DayTimeInterval value) {
    out_->append(FormatDayTimeInterval(value.micros, TypeId::kDayTimeInterval));
  }
  void operator()(YearMonthInterval value) {
    out_->append(FormatYearMonthInterval(value.months, TypeId::kYearMonthInterval));
  }
  void operator()(const CalendarInterval& value) { out_->append(FormatCalendarInterval(value)); }
  void operator()(const ArrayValue& value) { AppendList("[", value.elements, "]"); }
  void operator()(const StructValue& value) { AppendList("{", value.fields, "}"); }
  void operator()(const MapValue& value) {
    out_->append("{");
    const char* separator = "";
    for (const auto& [key, item] : value.entries) {
      out_->append(separator);
      std::visit(*this, key.variant());
      out_->append(" -> ");
      std::visit(*this, item.variant());
      separator = ", ";
    }
    out_->append("}");
  }

 private:
  void AppendTimestamp(int64_t local_micros) {
    char text[kTimestampTextSize];
    out_->append(text, FormatTimestamp(local_micros, text));
  }
  void AppendList(const char* open, const std::vector<Value>& values, const char* close) {
    out_->append(open);
    const char* separator = "";
    for (const Value& value : values) {
      out_->append(separator);
      std::visit(*this, value.variant());
      separator = ", ";
    }
    out_->append(close);
  }

  std::string* out_;
};

}  // namespace

std::string Value::ToString() const {
  std::string text;
  std::visit(ValueWriter(&text), variant_);
  return text;
}

std::string Row::ToString() const {
  std::string text = "[";
  const char* separator = "";
  for (const Value& value : values_) {
    text.append(separator).append(value.ToString());
    separator = ",";
  }
  return text + "]";
}

}  // namespace firesteel
