#include "types/datetime.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>

#include "common/ascii.h"
#include "common/clock.h"

namespace firesteel {
namespace {

char* PutTwoDigits(int64_t value, char* out) {
  *out++ = static_cast<char>('0' + value / 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

char* PutDate(int64_t days, char* out) {
  const CivilDate date = CivilFromDays(days);
  const int64_t magnitude = date.year < 0 ? -date.year : date.year;
  if (date.year < 0) *out++ = '-';
  if (date.year > 9999) *out++ = '+';
  for (int64_t limit = 1000; limit > magnitude && limit > 1; limit /= 10) *out++ = '0';
  out = std::to_chars(out, out + 20, magnitude).ptr;
  *out++ = '-';
  out = PutTwoDigits(date.month, out);
  *out++ = '-';
  return PutTwoDigits(date.day, out);
}

// Reads pieces off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }
  std::string_view rest() const { return text_; }
  bool Take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Takes all digits there are; they must be `least` to `most`.
  std::optional<int64_t> TakeNumber(size_t least, size_t most) {
    size_t digits = 0;
    int64_t value = 0;
    while (digits < text_.size() && IsDigit(text_[digits])) {
      if (digits < most) value = value * 10 + (text_[digits] - '0');
      ++digits;
    }
    if (digits < least || digits > most) return std::nullopt;
    text_.remove_prefix(digits);
    return value;
  }
  /// Takes any number of digits as a fraction of a second; what is beyond microseconds is dropped.
  int64_t TakeFraction() {
    int64_t micros = 0;
    size_t digits = 0;
    for (; digits < text_.size() && IsDigit(text_[digits]); ++digits) {
      if (digits < 6) micros = micros * 10 + (text_[digits] - '0');
    }
    for (size_t i = digits; i < 6; ++i) micros *= 10;
    text_.remove_prefix(digits);
    return micros;
  }

 private:
  std::string_view text_;
};

struct DateParts {
  int64_t days = 0;
  bool has_day = false;  ///< whether the text went as far as the day
};

// Reads `[+-]y[-m[-d]]` and checks that there is such a day.
std::optional<DateParts> TakeDate(Scanner* scanner, size_t most_year_digits) {
  const bool negative = scanner->Take('-');
  if (!negative) scanner->Take('+');
  const auto year = scanner->TakeNumber(4, most_year_digits);
  if (!year.has_value()) return std::nullopt;
  int64_t month = 1;
  int64_t day = 1;
  DateParts parts;
  if (scanner->Take('-')) {
    const auto month_read = scanner->TakeNumber(1, 2);
    if (!month_read.has_value()) return std::nullopt;
    month = *month_read;
    if (scanner->Take('-')) {
      const auto day_read = scanner->TakeNumber(1, 2);
      if (!day_read.has_value()) return std::nullopt;
      day = *day_read;
      parts.has_day = true;
    }
  }
  const int64_t signed_year = negative ? -*year : *year;
  if (month < 1 || month > 12 || day < 1 ||
      day > DaysInMonth(signed_year, static_cast<int>(month))) {
    return std::nullopt;
  }
  parts.days = DaysFromCivil(signed_year, static_cast<int>(month), static_cast<int>(day));
  return parts;
}

// Reads `h[:m[:s[.fraction]]]`; sets whether it got as far as the seconds, where a zone may follow.
std::optional<int64_t> TakeTimeOfDay(Scanner* scanner, bool* has_seconds) {
  const auto hour = scanner->TakeNumber(1, 2);
  if (!hour.has_value() || *hour > 23) return std::nullopt;
  int64_t micros = *hour * kMicrosPerHour;
  if (!scanner->Take(':')) return micros;
  const auto minute = scanner->TakeNumber(1, 2);
  if (!minute.has_value() || *minute > 59) return std::nullopt;
  micros += *minute * kMicrosPerMinute;
  if (!scanner->Take(':')) return micros;
  const auto second = scanner->TakeNumber(1, 2);
  if (!second.has_value() || *second > 59) return std::nullopt;
  micros += *second * kMicrosPerSecond;
  if (scanner->Take('.')) micros += scanner->TakeFraction();
  *has_seconds = true;
  return micros;
}

struct TimestampParts {
  int64_t days = 0;
  int64_t micros_of_day = 0;
  bool time_only = false;
  std::shared_ptr<const TimeZone> zone;  ///< null when the text has none
};

bool IsTimeOnly(std::string_view text) {
  if (text[0] == 'T') return true;
  const size_t colon = text.find(':');
  return (colon == 1 || colon == 2) && IsDigit(text[0]);
}

std::optional<TimestampParts> ParseParts(std::string_view text) {
  text = TrimForParsing(text);
  if (text.empty()) return std::nullopt;
  Scanner scanner(text);
  TimestampParts parts;
  parts.time_only = IsTimeOnly(text);
  if (parts.time_only) {
    scanner.Take('T');
  } else {
    const auto date = TakeDate(&scanner, 6);
    if (!date.has_value()) return std::nullopt;
    parts.days = date->days;
    if (scanner.AtEnd()) return parts;
    if (!date->has_day || (!scanner.Take(' ') && !scanner.Take('T'))) return std::nullopt;
  }
  bool has_seconds = false;
  const auto micros = TakeTimeOfDay(&scanner, &has_seconds);
  if (!micros.has_value()) return std::nullopt;
  parts.micros_of_day = *micros;
  if (scanner.AtEnd()) return parts;
  if (!has_seconds) return std::nullopt;
  if (scanner.rest() == "Z") {
    // The usual one is neither looked for nor counted.
    parts.zone = std::shared_ptr<const TimeZone>(std::shared_ptr<void>(), &TimeZone::Utc());
    return parts;
  }
  const auto zone = TimeZone::Find(TrimForParsing(scanner.rest()));
  if (!zone.ok()) return std::nullopt;
  parts.zone = *zone;
  return parts;
}

std::optional<int64_t> LocalMicros(int64_t days, int64_t micros_of_day) {
  int64_t micros;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, micros_of_day, &micros)) {
    return std::nullopt;
  }
  return micros;
}

}  // namespace

// Counts in eras of 400 years that start in March, so that the leap day comes last.
int64_t DaysFromCivil(int64_t year, int month, int day) {
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = FloorDivide(y, 400);
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate CivilFromDays(int64_t days) {
  const int64_t z = days + 719468;
  const int64_t era = FloorDivide(z, 146097);
  const int64_t day_of_era = z - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
          .month = month,
          .day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

int DaysInMonth(int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

int64_t AddMonths(int64_t days, int64_t months) {
  const CivilDate date = CivilFromDays(days);
  const int64_t total = date.year * 12 + (date.month - 1) + months;
  const int64_t year = FloorDivide(total, 12);
  const int month = static_cast<int>(FloorModulo(total, 12)) + 1;
  return DaysFromCivil(year, month, std::min(date.day, DaysInMonth(year, month)));
}

size_t FormatDate(int64_t days, char* out) { return static_cast<size_t>(PutDate(days, out) - out); }

size_t FormatTimestamp(int64_t local_micros, char* out) {
  const int64_t days = FloorDivide(local_micros, kMicrosPerDay);
  int64_t rest = FloorModulo(local_micros, kMicrosPerDay);
  char* position = PutDate(days, out);
  *position++ = ' ';
  position = PutTwoDigits(rest / kMicrosPerHour, position);
  rest %= kMicrosPerHour;
  *position++ = ':';
  position = PutTwoDigits(rest / kMicrosPerMinute, position);
  rest %= kMicrosPerMinute;
  *position++ = ':';
  position = PutTwoDigits(rest / kMicrosPerSecond, position);
  rest %= kMicrosPerSecond;
  if (rest != 0) {
    *position++ = '.';
    for (int64_t unit = 100000; rest != 0; unit /= 10) {
      *position++ = static_cast<char>('0' + rest / unit);
      rest %= unit;
    }
  }
  return static_cast<size_t>(position - out);
}

std::string_view TrimForParsing(std::string_view text) {
  const auto dropped = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7F'; };
  while (!text.empty() && dropped(text.front())) text.remove_prefix(1);
  while (!text.empty() && dropped(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<int32_t> ParseDate(std::string_view text) {
  Scanner scanner(TrimForParsing(text));
  const auto date = TakeDate(&scanner, 7);
  if (!date.has_value()) return std::nullopt;
  // Only after a whole date may there be something else, which does not count.
  if (!scanner.AtEnd() && (!date->has_day || (!scanner.Take(' ') && !scanner.Take('T')))) {
    return std::nullopt;
  }
  if (date->days < std::numeric_limits<int32_t>::min() ||
      date->days > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int32_t>(date->days);
}

std::optional<int64_t> ParseTimestamp(std::string_view text, const TimeZone& zone) {
  std::optional<TimestampParts> parts = ParseParts(text);
  if (!parts.has_value()) return std::nullopt;
  ZoneConverter converter(parts->zone == nullptr ? zone : *parts->zone);
  if (parts->time_only) {
    const int64_t today = converter.ToLocalMicros(Clock::System()->NowMicros());
    parts->days = FloorDivide(today, kMicrosPerDay);
  }
  const auto local = LocalMicros(parts->days, parts->micros_of_day);
  if (!local.has_value()) return std::nullopt;
  return converter.ToUtcMicros(*local);
}

std::optional<int64_t> ParseTimestampNtz(std::string_view text) {
  const std::optional<TimestampParts> parts = ParseParts(text);
  if (!parts.has_value() || parts->time_only) return std::nullopt;
  return LocalMicros(parts->days, parts->micros_of_day);
}

}  // namespace firesteel
