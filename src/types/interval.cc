#include "types/interval.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "common/ascii.h"
#include "fmt/format.h"
#include "types/datetime.h"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

constexpr std::string_view kDayTimeFields[] = {"DAY", "HOUR", "MINUTE", "SECOND"};
constexpr std::string_view kYearMonthFields[] = {"YEAR", "MONTH"};

bool IsControlOrSpace(char c) { return static_cast<unsigned char>(c) <= ' '; }

// `seconds.fraction` without trailing zeros, from a magnitude in microseconds.
std::string Seconds(uint64_t micros, int width) {
  std::string text = fmt::format("{:0{}}", micros / kMicrosPerSecond, width);
  const uint64_t fraction = micros % kMicrosPerSecond;
  if (fraction == 0) return text;
  text += fmt::format(".{:06}", fraction);
  while (text.back() == '0') text.pop_back();
  return text;
}

template <size_t kCount>
std::string Qualifier(const std::string_view (&names)[kCount], const DataType& type) {
  const std::string_view start = names[type.start_field()];
  if (type.start_field() == type.end_field()) return std::string(start);
  return fmt::format("{} TO {}", start, names[type.end_field()]);
}

// Takes digits off the front; nullopt when there are none or they do not fit.
std::optional<int64_t> TakeInteger(std::string_view* text) {
  size_t digits = 0;
  while (digits < text->size() && IsDigit((*text)[digits])) ++digits;
  int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + digits, value);
  if (digits == 0 || parsed.ec != std::errc()) return std::nullopt;
  text->remove_prefix(digits);
  return value;
}

bool TakeSign(std::string_view* text) {
  if (text->empty() || ((*text)[0] != '-' && (*text)[0] != '+')) return false;
  const bool negative = (*text)[0] == '-';
  text->remove_prefix(1);
  return negative;
}

void SkipSpace(std::string_view* text) {
  while (!text->empty() && IsControlOrSpace(text->front())) text->remove_prefix(1);
}

// Takes a word in any case, which must end there.
bool TakeWord(std::string_view word, std::string_view* text) {
  SkipSpace(text);
  if (AsciiUpperCase(text->substr(0, word.size())) != word) return false;
  if (text->size() > word.size() && !IsControlOrSpace((*text)[word.size()]) &&
      (*text)[word.size()] != '\'' && (*text)[word.size()] != '-' && (*text)[word.size()] != '+') {
    return false;
  }
  text->remove_prefix(word.size());
  return true;
}

// Unwraps `INTERVAL [sign]'…' FIELD [TO FIELD]`; other text stays as it is. Returns the inner text
// and flips `negative` for a sign outside of the quotes.
std::optional<std::string_view> Unwrap(std::string_view text, std::string_view qualifier,
                                       bool* negative) {
  *negative = false;
  std::string_view rest = text;
  if (!TakeWord("INTERVAL", &rest)) return text;
  SkipSpace(&rest);
  *negative = TakeSign(&rest);
  SkipSpace(&rest);
  if (rest.empty() || rest[0] != '\'') return std::nullopt;
  const size_t end = rest.find('\'', 1);
  if (end == rest.npos) return std::nullopt;
  const std::string_view inner = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  // The words of the qualifier may stand apart as far as they like.
  while (!qualifier.empty()) {
    const std::string_view word = qualifier.substr(0, qualifier.find(' '));
    if (!TakeWord(word, &rest)) return std::nullopt;
    qualifier.remove_prefix(std::min(word.size() + 1, qualifier.size()));
  }
  return rest.empty() ? std::optional(inner) : std::nullopt;
}

// Takes up to nine digits as a fraction of a second; those beyond microseconds are dropped.
std::optional<int64_t> TakeFraction(std::string_view* text) {
  int64_t micros = 0;
  size_t digits = 0;
  for (; digits < text->size() && IsDigit((*text)[digits]); ++digits) {
    if (digits < 6) micros = micros * 10 + ((*text)[digits] - '0');
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (size_t i = digits; i < 6; ++i) micros *= 10;
  text->remove_prefix(digits);
  return micros;
}

bool AddScaled(int64_t value, int64_t unit, int64_t* total) {
  int64_t scaled;
  return !__builtin_mul_overflow(value, unit, &scaled) &&
         !__builtin_add_overflow(*total, scaled, total);
}

struct Unit {
  std::string_view name;
  int32_t months;
  int32_t days;
  int64_t micros;
};

constexpr Unit kUnits[] = {
    {"year", 12, 0, 0},
    {"month", 1, 0, 0},
    {"week", 0, 7, 0},
    {"day", 0, 1, 0},
    {"hour", 0, 0, kMicrosPerHour},
    {"minute", 0, 0, kMicrosPerMinute},
    {"second", 0, 0, kMicrosPerSecond},
    {"millisecond", 0, 0, kMicrosPerMillisecond},
    {"microsecond", 0, 0, 1},
};

const Unit* FindUnit(std::string_view word) {
  const std::string lower = AsciiLowerCase(word);
  for (const Unit& unit : kUnits) {
    if (lower == unit.name || lower == std::string(unit.name) + "s") return &unit;
  }
  return nullptr;
}

bool AddInt32(int64_t value, int32_t unit, int32_t* total) {
  int64_t wide = *total;
  if (!AddScaled(value, unit, &wide)) return false;
  if (wide < std::numeric_limits<int32_t>::min() || wide > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  *total = static_cast<int32_t>(wide);
  return true;
}

// Reads one `[sign] number unit` and adds it.
bool TakeTerm(std::string_view* text, CalendarInterval* interval) {
  const bool negative = TakeSign(text);
  SkipSpace(text);
  int64_t value = 0;
  int64_t fraction_micros = 0;
  bool has_fraction = false;
  if (!text->empty() && (*text)[0] != '.') {
    const auto whole = TakeInteger(text);
    if (!whole.has_value()) return false;
    value = *whole;
  }
  if (!text->empty() && (*text)[0] == '.') {
    text->remove_prefix(1);
    has_fraction = true;
    // `1.` is a number, a lone point is none.
    if (text->empty() || !IsDigit((*text)[0])) return false;
    const auto fraction = TakeFraction(text);
    if (!fraction.has_value()) return false;
    fraction_micros = *fraction;
  }
  if (text->empty() || !IsControlOrSpace((*text)[0])) return false;
  SkipSpace(text);
  size_t end = 0;
  while (end < text->size() && !IsControlOrSpace((*text)[end])) ++end;
  const Unit* unit = FindUnit(text->substr(0, end));
  text->remove_prefix(end);
  if (unit == nullptr || (has_fraction && unit->name != "second")) return false;
  if (negative) {
    value = -value;
    fraction_micros = -fraction_micros;
  }
  return AddInt32(value, unit->months, &interval->months) &&
         AddInt32(value, unit->days, &interval->days) &&
         AddScaled(value, unit->micros, &interval->micros) &&
         AddScaled(fraction_micros, 1, &interval->micros);
}

}  // namespace

int64_t MicrosOfField(int field) {
  static constexpr int64_t kMicros[] = {kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute,
                                        kMicrosPerSecond};
  return kMicros[field];
}

std::string FormatDayTimeInterval(int64_t micros, const DataType& type) {
  const std::string sign = micros < 0 ? "-" : "";
  uint64_t rest = micros < 0 ? uint64_t{0} - static_cast<uint64_t>(micros) : micros;
  std::string text;
  for (int field = type.start_field(); field <= type.end_field(); ++field) {
    const bool first = field == type.start_field();
    const int width = first ? (field == 0 ? 1 : 2) : 2;
    if (!first) text += field == 1 ? " " : ":";
    if (field == 3) {
      text += Seconds(rest, width);
    } else {
      const auto unit = static_cast<uint64_t>(MicrosOfField(field));
      text += fmt::format("{:0{}}", rest / unit, width);
      rest %= unit;
    }
  }
  return fmt::format("INTERVAL '{}{}' {}", sign, text, Qualifier(kDayTimeFields, type));
}

std::string FormatYearMonthInterval(int32_t months, const DataType& type) {
  const std::string sign = months < 0 ? "-" : "";
  const int64_t magnitude = months < 0 ? -int64_t{months} : int64_t{months};
  std::string text;
  if (type.start_field() == type.end_field()) {
    text = fmt::format("{}", type.start_field() == 0 ? magnitude / 12 : magnitude);
  } else {
    text = fmt::format("{}-{}", magnitude / 12, magnitude % 12);
  }
  return fmt::format("INTERVAL '{}{}' {}", sign, text, Qualifier(kYearMonthFields, type));
}

std::string FormatCalendarInterval(const CalendarInterval& interval) {
  std::string text;
  const auto add = [&text](int64_t value, std::string_view unit) {
    if (value == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", value, unit);
  };
  add(interval.months / 12, "years");
  add(interval.months % 12, "months");
  add(interval.days, "days");
  add(interval.micros / kMicrosPerHour, "hours");
  add(interval.micros % kMicrosPerHour / kMicrosPerMinute, "minutes");
  const int64_t rest = interval.micros % kMicrosPerMinute;
  if (rest != 0) {
    text += fmt::format("{}{}{} seconds", text.empty() ? "" : " ", rest < 0 ? "-" : "",
                        Seconds(static_cast<uint64_t>(rest < 0 ? -rest : rest), 1));
  }
  return text.empty() ? "0 seconds" : text;
}

std::optional<int64_t> ParseDayTimeInterval(std::string_view text, const DataType& type) {
  bool outer_negative = false;
  const auto inner = Unwrap(TrimForParsing(text), Qualifier(kDayTimeFields, type), &outer_negative);
  if (!inner.has_value()) return std::nullopt;
  std::string_view rest = *inner;
  const bool negative = TakeSign(&rest) != outer_negative;
  int64_t micros = 0;
  for (int field = type.start_field(); field <= type.end_field(); ++field) {
    const bool first = field == type.start_field();
    if (!first) {
      if (rest.empty() || rest[0] != (field == 1 ? ' ' : ':')) return std::nullopt;
      rest.remove_prefix(1);
    }
    const auto value = TakeInteger(&rest);
    static constexpr int64_t kLargest[] = {106751991, 23, 59, 59};
    if (!value.has_value() || (!first && *value > kLargest[field])) return std::nullopt;
    const int64_t sign = negative ? -1 : 1;
    if (!AddScaled(sign * *value, MicrosOfField(field), &micros)) return std::nullopt;
    if (field == 3 && !rest.empty() && rest[0] == '.') {
      rest.remove_prefix(1);
      const auto fraction = TakeFraction(&rest);
      if (!fraction.has_value() || !AddScaled(sign * *fraction, 1, &micros)) return std::nullopt;
    }
  }
  return rest.empty() ? std::optional(micros) : std::nullopt;
}

std::optional<int32_t> ParseYearMonthInterval(std::string_view text, const DataType& type) {
  bool outer_negative = false;
  const auto inner =
      Unwrap(TrimForParsing(text), Qualifier(kYearMonthFields, type), &outer_negative);
  if (!inner.has_value()) return std::nullopt;
  std::string_view rest = *inner;
  const int64_t sign = TakeSign(&rest) != outer_negative ? -1 : 1;
  int32_t months = 0;
  const auto first = TakeInteger(&rest);
  if (!first.has_value()) return std::nullopt;
  if (!AddInt32(sign * *first, type.start_field() == 0 ? 12 : 1, &months)) return std::nullopt;
  if (type.start_field() != type.end_field()) {
    if (rest.empty() || rest[0] != '-') return std::nullopt;
    rest.remove_prefix(1);
    const auto second = TakeInteger(&rest);
    if (!second.has_value() || *second > 11) return std::nullopt;
    if (!AddInt32(sign * *second, 1, &months)) return std::nullopt;
  }
  return rest.empty() ? std::optional(months) : std::nullopt;
}

std::optional<CalendarInterval> ParseCalendarInterval(std::string_view text) {
  std::string_view rest = TrimForParsing(text);
  TakeWord("INTERVAL", &rest);
  SkipSpace(&rest);
  if (rest.empty()) return std::nullopt;
  CalendarInterval interval;
  while (!rest.empty()) {
    if (!TakeTerm(&rest, &interval)) return std::nullopt;
    SkipSpace(&rest);
  }
  return interval;
}

}  // namespace firesteel
