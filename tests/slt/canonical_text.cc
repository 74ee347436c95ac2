#include "tests/slt/canonical_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "common/json_text.h"
#include "fmt/format.h"
#include "types/decimal.h"

namespace firesteel::slt {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

void AppendValue(const Value& value, const DataType& type, std::string* json);

void AppendQuoted(std::string_view text, std::string* json) { AppendJsonString(text, json); }

/// The length of the UTF-8 sequence at the start of `text`, 0 where it is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
  const bool too_large = lead == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

void AppendText(std::string_view text, std::string* json) {
  std::string readable;
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) {
      readable += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else {
      readable += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  AppendQuoted(readable, json);
}

/// Writes the digits of `value` plainly from 1e-4 up to 1e16 and with an exponent elsewhere; there
/// is always a point or an exponent, so that it reads back as no whole number.
template <typename Float>
void AppendFloating(Float value, std::string* json) {
  if (std::isnan(value) || std::isinf(value)) {
    AppendQuoted(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", json);
    return;
  }
  std::array<char, 400> buffer;
  const auto format =
      value != 0 && (std::abs(value) < Float(1e-4) || std::abs(value) >= Float(1e16))
          ? std::chars_format::scientific
          : std::chars_format::fixed;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr;
  const std::string_view text(buffer.data(), end - buffer.data());
  *json += text;
  if (text.find_first_of(".e") == std::string_view::npos) *json += ".0";
}

void AppendBinary(std::string_view bytes, std::string* json) {
  *json += "\"0x";
  for (const char byte : bytes) *json += fmt::format("{:02X}", static_cast<unsigned char>(byte));
  *json += '"';
}

/// A date of the proleptic Gregorian calendar, years counted from March so that leap days end them.
std::string DateText(int64_t days) {
  const int64_t shifted = days + 719'468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const int64_t day_of_era = shifted - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const std::string_view sign = year > 9999 ? "+" : year < 0 ? "-" : "";
  return fmt::format("{}{:04}-{:02}-{:02}", sign, std::abs(year), month, day);
}

std::string TimestampText(int64_t micros) {
  int64_t days = micros / kMicrosPerDay;
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  const int64_t seconds = rest / kMicrosPerSecond;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}", DateText(days), seconds / 3600,
                     seconds / 60 % 60, seconds % 60, rest % kMicrosPerSecond);
}

void AppendArray(const ArrayValue& array, const DataType& type, std::string* json) {
  *json += '[';
  for (size_t i = 0; i < array.elements.size(); ++i) {
    if (i > 0) *json += ',';
    AppendValue(array.elements[i], type.element_type(), json);
  }
  *json += ']';
}

void AppendMap(const MapValue& map, const DataType& type, std::string* json) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [key, value] : map.entries) {
    auto& entry = entries.emplace_back();
    AppendValue(key, type.key_type(), &entry.first);
    AppendValue(value, type.value_type(), &entry.second);
  }
  std::ranges::sort(entries, {}, &std::pair<std::string, std::string>::first);
  *json += '[';
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) *json += ',';
    *json += '[' + entries[i].first + ',' + entries[i].second + ']';
  }
  *json += ']';
}

/// Names of a struct's fields; those that repeat are numbered.
std::vector<std::string> FieldNames(const std::vector<StructField>& fields) {
  std::vector<std::string> names;
  for (size_t i = 0; i < fields.size(); ++i) {
    int before = 0;
    int all = 0;
    for (size_t j = 0; j < fields.size(); ++j) {
      if (fields[j].name != fields[i].name) continue;
      ++all;
      if (j < i) ++before;
    }
    names.push_back(all == 1 ? fields[i].name : fmt::format("{}_{}", fields[i].name, before));
  }
  return names;
}

void AppendStruct(const StructValue& value, const DataType& type, std::string* json) {
  const std::vector<std::string> names = FieldNames(type.fields());
  *json += '{';
  for (size_t i = 0; i < value.fields.size(); ++i) {
    if (i > 0) *json += ',';
    AppendText(names[i], json);
    *json += ':';
    AppendValue(value.fields[i], type.fields()[i].type, json);
  }
  *json += '}';
}

/// Appends what Value holds by its alternative; the type serves the nested ones.
struct ValueAppender {
  const DataType& type;
  std::string* json;

  void operator()(std::monostate) const { *json += "null"; }
  void operator()(bool value) const { *json += value ? "true" : "false"; }
  void operator()(int8_t value) const { *json += std::to_string(value); }
  void operator()(int16_t value) const { *json += std::to_string(value); }
  void operator()(int32_t value) const { *json += std::to_string(value); }
  void operator()(int64_t value) const { *json += std::to_string(value); }
  void operator()(float value) const { AppendFloating(value, json); }
  void operator()(double value) const { AppendFloating(value, json); }
  void operator()(const Decimal& value) const {
    std::array<char, kDecimalTextSize> buffer;
    const size_t size = FormatDecimal(value.unscaled, value.scale, buffer.data());
    AppendQuoted(std::string_view(buffer.data(), size), json);
  }
  void operator()(const std::string& value) const { AppendText(value, json); }
  void operator()(const Binary& value) const { AppendBinary(value.bytes, json); }
  void operator()(Date value) const { AppendQuoted(DateText(value.days), json); }
  void operator()(Timestamp value) const { AppendQuoted(TimestampText(value.micros) + "Z", json); }
  void operator()(TimestampNtz value) const { AppendQuoted(TimestampText(value.micros), json); }
  void operator()(DayTimeInterval value) const {
    AppendQuoted(fmt::format("{}us", value.micros), json);
  }
  void operator()(YearMonthInterval value) const {
    AppendQuoted(fmt::format("{}mo", value.months), json);
  }
  void operator()(const CalendarInterval& value) const {
    AppendQuoted(fmt::format("{}mo {}d {}us", value.months, value.days, value.micros), json);
  }
  void operator()(const ArrayValue& value) const { AppendArray(value, type, json); }
  void operator()(const MapValue& value) const { AppendMap(value, type, json); }
  void operator()(const StructValue& value) const { AppendStruct(value, type, json); }
};

void AppendValue(const Value& value, const DataType& type, std::string* json) {
  std::visit(ValueAppender{type, json}, value.variant());
}

}  // namespace

std::string CanonicalText(const Row& row, const Schema& schema) {
  std::string json = "[";
  for (int i = 0; i < row.size(); ++i) {
    if (i > 0) json += ',';
    AppendValue(row[i], schema.field(i).type, &json);
  }
  return json + "]";
}

}  // namespace firesteel::slt
