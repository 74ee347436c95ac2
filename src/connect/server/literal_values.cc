#include "connect/server/literal_values.h"

#include <variant>

#include "connect/server/protocol_types.h"

namespace firesteel {

namespace {

using Constant = spark::connect::Expression::Literal;

/// Writes one value; the type says what those inside of it are.
class LiteralWriter {
 public:
  LiteralWriter(const DataType& type, Constant* out) : type_(type), out_(out) {}

  void operator()(std::monostate) const { ToProtocol(type_, out_->mutable_null()); }
  void operator()(bool value) const { out_->set_boolean(value); }
  void operator()(int8_t value) const { out_->set_byte(value); }
  void operator()(int16_t value) const { out_->set_short_(value); }
  void operator()(int32_t value) const { out_->set_integer(value); }
  void operator()(int64_t value) const { out_->set_long_(value); }
  void operator()(float value) const { out_->set_float_(value); }
  void operator()(double value) const { out_->set_double_(value); }
  void operator()(const Decimal& value) const {
    auto* decimal = out_->mutable_decimal();
    decimal->set_value(Value(value).ToString());
    decimal->set_precision(value.precision);
    decimal->set_scale(value.scale);
  }
  void operator()(const std::string& value) const { out_->set_string(value); }
  void operator()(const Binary& value) const { out_->set_binary(value.bytes); }
  void operator()(const Date& value) const { out_->set_date(value.days); }
  void operator()(const Timestamp& value) const { out_->set_timestamp(value.micros); }
  void operator()(const TimestampNtz& value) const { out_->set_timestamp_ntz(value.micros); }
  void operator()(const DayTimeInterval& value) const { out_->set_day_time_interval(value.micros); }
  void operator()(const YearMonthInterval& value) const {
    out_->set_year_month_interval(value.months);
  }
  void operator()(const CalendarInterval& value) const {
    auto* interval = out_->mutable_calendar_interval();
    interval->set_months(value.months);
    interval->set_days(value.days);
    interval->set_microseconds(value.micros);
  }
  void operator()(const ArrayValue& value) const {
    auto* array = out_->mutable_array();
    ToProtocol(type_.element_type(), array->mutable_element_type());
    for (const Value& element : value.elements) {
      ToLiteral(element, type_.element_type(), array->add_elements());
    }
  }
  void operator()(const MapValue& value) const {
    auto* map = out_->mutable_map();
    ToProtocol(type_.key_type(), map->mutable_key_type());
    ToProtocol(type_.value_type(), map->mutable_value_type());
    for (const auto& [key, of_key] : value.entries) {
      ToLiteral(key, type_.key_type(), map->add_keys());
      ToLiteral(of_key, type_.value_type(), map->add_values());
    }
  }
  void operator()(const StructValue& value) const {
    auto* fields = out_->mutable_struct_();
    ToProtocol(type_, fields->mutable_struct_type());
    for (size_t i = 0; i < value.fields.size(); ++i) {
      ToLiteral(value.fields[i], type_.fields()[i].type, fields->add_elements());
    }
  }

 private:
  const DataType& type_;
  Constant* out_;
};

}  // namespace

void ToLiteral(const Value& value, const DataType& type, Constant* out) {
  std::visit(LiteralWriter(type, out), value.variant());
}

}  // namespace firesteel
