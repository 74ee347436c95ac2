#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "common/ascii.h"
#include "formats/datetime_names.h"
#include "formats/datetime_pattern.h"
#include "types/datetime.h"

namespace firesteel {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return Lower(a) == Lower(b); });
}

// What a text said, field by field. Letters are Java's.
struct ParsedFields {
  std::optional<int64_t> era_year, year, month, day, day_of_year;
  std::optional<int64_t> hour, clock_hour, hour_of_half, clock_hour_of_half, minute, second;
  std::optional<int64_t> nanos;
  std::optional<bool> afternoon, after_christ;
  std::optional<int64_t> offset_seconds;
  std::shared_ptr<const TimeZone> zone;
};

// Sets a field; the same field twice must say the same.
template <typename T>
bool Set(std::optional<T>* field, T value) {
  if (field->has_value()) return **field == value;
  *field = value;
  return true;
}

}  // namespace

/// Reads one text by the items of a pattern. Strict: numbers have the width the pattern gives them,
/// and every field must be within its range.
class DateTimeTextReader {
 public:
  using Item = DateTimePattern::Item;

  DateTimeTextReader(const std::vector<Item>& items, std::string_view text)
      : items_(items), text_(text) {}

  bool Read() {
    size_t index = 0;
    return ReadItems(&index, /*in_option=*/false) && text_.empty() && ResolveTime() &&
           ResolveDate();
  }

  int64_t days() const { return days_; }
  int64_t micros_of_day() const { return micros_of_day_; }
  const ParsedFields& fields() const { return fields_; }

 private:
  bool ReadItems(size_t* index, bool in_option) {
    for (; *index < items_.size(); ++*index) {
      const Item& item = items_[*index];
      switch (item.kind) {
        case Item::Kind::kText:
          if (!StartsWithIgnoringCase(text_, item.text)) return false;
          text_.remove_prefix(item.text.size());
          break;
        case Item::Kind::kField:
          if (!ReadField(item)) return false;
          break;
        case Item::Kind::kOptionBegin: {
          const std::string_view text_before = text_;
          const ParsedFields fields_before = fields_;
          const size_t begin = *index;
          ++*index;
          if (!ReadItems(index, /*in_option=*/true)) {
            text_ = text_before;
            fields_ = fields_before;
            *index = begin;
            SkipOption(index);
          }
          break;
        }
        case Item::Kind::kOptionEnd:
          return in_option;
      }
    }
    return !in_option;
  }

  // Moves from the begin of an option to its end.
  void SkipOption(size_t* index) const {
    int depth = 0;
    for (;; ++*index) {
      depth += items_[*index].kind == Item::Kind::kOptionBegin ? 1 : 0;
      depth -= items_[*index].kind == Item::Kind::kOptionEnd ? 1 : 0;
      if (depth == 0) return;
    }
  }

  // Reads a number of `fewest` to `most` digits, leaving those that numbers behind it need.
  bool ReadNumber(const Item& item, size_t fewest, size_t most, int64_t* value) {
    size_t count = 0;
    const size_t reserved = item.reserved_digits;
    while (count < text_.size() && count < most + reserved && IsDigit(text_[count])) ++count;
    if (reserved > 0) count = std::max(fewest, count - std::min(count, reserved));
    if (count < fewest || count > text_.size()) return false;
    *value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!IsDigit(text_[i]) || *value > std::numeric_limits<int64_t>::max() / 10 - 1) return false;
      *value = *value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return true;
  }

  bool ReadRanged(const Item& item, int64_t low, int64_t high, std::optional<int64_t>* field) {
    int64_t value = 0;
    const size_t most = item.count == 1 ? 19 : item.letter == 'D' ? 3 : item.count;
    return ReadNumber(item, item.count, most, &value) && value >= low && value <= high &&
           Set(field, value);
  }

  bool ReadYear(const Item& item, std::optional<int64_t>* field) {
    int64_t value = 0;
    if (item.count == 2) {
      return ReadNumber(item, 2, 2, &value) && Set(field, 2000 + value);
    }
    const bool negative = text_.starts_with('-');
    const bool positive = text_.starts_with('+');
    if (positive && item.count < 4) return false;
    if (negative || positive) text_.remove_prefix(1);
    const size_t before = text_.size();
    if (!ReadNumber(item, item.count, 19, &value)) return false;
    // From four letters on, a plus sign stands just where there are more digits.
    const bool is_long = before - text_.size() > static_cast<size_t>(item.count);
    if (item.count >= 4 && !negative && is_long != positive) return false;
    return Set(field, negative ? -value : value);
  }

  bool ReadMonth(const Item& item) {
    if (item.count <= 2) return ReadRanged(item, 1, 12, &fields_.month);
    for (size_t i = 0; i < kMonthNames.size(); ++i) {
      const std::string_view name = item.count == 3 ? kMonthNames[i].substr(0, 3) : kMonthNames[i];
      if (StartsWithIgnoringCase(text_, name)) {
        text_.remove_prefix(name.size());
        return Set(&fields_.month, static_cast<int64_t>(i) + 1);
      }
    }
    return false;
  }

  // Reads one of two words.
  bool ReadEither(std::string_view no, std::string_view yes, std::optional<bool>* field) {
    for (const bool is_yes : {false, true}) {
      const std::string_view word = is_yes ? yes : no;
      if (StartsWithIgnoringCase(text_, word)) {
        text_.remove_prefix(word.size());
        return Set(field, is_yes);
      }
    }
    return false;
  }

  bool ReadFraction(int most) {
    int64_t nanos = 0;
    int count = 0;
    while (count < most && !text_.empty() && IsDigit(text_[0])) {
      nanos = nanos * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
      ++count;
    }
    if (count == 0) return false;
    for (; count < 9; ++count) nanos *= 10;
    return Set(&fields_.nanos, nanos);
  }

  bool ReadTwoDigits(int64_t highest, int64_t* value) {
    if (text_.size() < 2 || !IsDigit(text_[0]) || !IsDigit(text_[1])) return false;
    *value = (text_[0] - '0') * 10 + (text_[1] - '0');
    text_.remove_prefix(2);
    return *value <= highest;
  }

  // Reads a further part of an offset: true with 0 when it is not there and need not be.
  bool ReadOffsetPart(std::string_view separator, bool optional, int64_t* value) {
    *value = 0;
    const std::string_view before = text_;
    if (text_.starts_with(separator)) {
      text_.remove_prefix(separator.size());
      if (ReadTwoDigits(59, value)) return true;
    }
    text_ = before;
    *value = 0;
    return optional;
  }

  bool ReadOffset(std::string_view separator, bool optional_minutes, bool has_seconds) {
    if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) return false;
    const int64_t sign = text_[0] == '-' ? -1 : 1;
    text_.remove_prefix(1);
    int64_t hours = 0;
    int64_t minutes = 0;
    int64_t seconds = 0;
    if (!ReadTwoDigits(18, &hours)) return false;
    if (!ReadOffsetPart(separator, optional_minutes, &minutes)) return false;
    if (has_seconds && !ReadOffsetPart(separator, /*optional=*/true, &seconds)) return false;
    const int64_t offset = hours * 3600 + minutes * 60 + seconds;
    return offset <= 18 * 3600 && Set(&fields_.offset_seconds, sign * offset);
  }

  bool ReadZeroOffset(std::string_view word) {
    if (!StartsWithIgnoringCase(text_, word)) return false;
    text_.remove_prefix(word.size());
    return Set(&fields_.offset_seconds, int64_t{0});
  }

  // Reads GMT, GMT+1 or GMT+01:00.
  bool ReadLocalizedOffset(bool is_long) {
    if (!StartsWithIgnoringCase(text_, "GMT")) return false;
    text_.remove_prefix(3);
    if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) {
      return Set(&fields_.offset_seconds, int64_t{0});
    }
    if (is_long) return ReadOffset(":", false, true);
    // The short form has an hour of one or two digits.
    std::string padded(text_);
    if (padded.size() > 1 && (padded.size() == 2 || !IsDigit(padded[2]))) padded.insert(1, "0");
    const size_t added = padded.size() - text_.size();
    const std::string_view whole = text_;
    text_ = padded;
    const bool good = ReadOffset(":", true, true);
    const size_t used = padded.size() - text_.size();
    text_ = whole.substr(good ? used - added : 0);
    return good;
  }

  // Reads the longest zone id.
  bool ReadZone() {
    size_t length = 0;
    while (length < text_.size() &&
           (IsDigit(text_[length]) ||
            (Lower(text_[length]) >= 'a' && Lower(text_[length]) <= 'z') ||
            std::string_view("/_+-:~").find(text_[length]) != std::string_view::npos)) {
      ++length;
    }
    for (; length > 0; --length) {
      Result<std::shared_ptr<const TimeZone>> zone = TimeZone::Find(text_.substr(0, length));
      if (!zone.ok()) continue;
      fields_.zone = *zone;
      text_.remove_prefix(length);
      return true;
    }
    return false;
  }

  bool ReadZoneField(const Item& item) {
    switch (item.letter) {
      case 'V':
      case 'z':
        return ReadZone();
      case 'O':
        return ReadLocalizedOffset(item.count == 4);
      case 'Z':
        if (item.count == 4) return ReadLocalizedOffset(true);
        if (item.count == 5) return ReadZeroOffset("Z") || ReadOffset(":", false, true);
        return ReadOffset("", false, false);
      case 'X':
        if (ReadZeroOffset("Z")) return true;
        [[fallthrough]];
      case 'x':
        return ReadOffset(item.count == 3 || item.count == 5 ? ":" : "", item.count == 1,
                          item.count >= 4);
      default:
        return false;
    }
  }

  bool ReadField(const Item& item) {
    switch (item.letter) {
      case 'G':
        return item.count < 4 ? ReadEither("BC", "AD", &fields_.after_christ)
                              : ReadEither("Before Christ", "Anno Domini", &fields_.after_christ);
      case 'y':
        return ReadYear(item, &fields_.era_year);
      case 'u':
        return ReadYear(item, &fields_.year);
      case 'M':
      case 'L':
        return ReadMonth(item);
      case 'd':
        return ReadRanged(item, 1, 31, &fields_.day);
      case 'D':
        return ReadRanged(item, 1, 366, &fields_.day_of_year);
      case 'H':
        return ReadRanged(item, 0, 23, &fields_.hour);
      case 'k':
        return ReadRanged(item, 1, 24, &fields_.clock_hour);
      case 'K':
        return ReadRanged(item, 0, 11, &fields_.hour_of_half);
      case 'h':
        return ReadRanged(item, 1, 12, &fields_.clock_hour_of_half);
      case 'm':
        return ReadRanged(item, 0, 59, &fields_.minute);
      case 's':
        return ReadRanged(item, 0, 59, &fields_.second);
      case 'S':
        return ReadFraction(item.count);
      case 'a':
        return ReadEither("AM", "PM", &fields_.afternoon);
      default:
        return ReadZoneField(item);
    }
  }

  // Without AM or PM, hours of half a day are those of the morning.
  bool ResolveTime() {
    std::optional<int64_t> hour_of_half = fields_.hour_of_half;
    if (fields_.clock_hour_of_half && !Set(&hour_of_half, *fields_.clock_hour_of_half % 12)) {
      return false;
    }
    std::optional<int64_t> hour = fields_.hour;
    if (fields_.clock_hour && !Set(&hour, *fields_.clock_hour % 24)) return false;
    const int64_t half = fields_.afternoon.value_or(false) ? 12 : 0;
    if (hour_of_half && (fields_.afternoon || !hour) && !Set(&hour, *hour_of_half + half)) {
      return false;
    }
    if (hour && fields_.afternoon && (*hour >= 12) != *fields_.afternoon) return false;
    micros_of_day_ =
        hour.value_or(half) * kMicrosPerHour + fields_.minute.value_or(0) * kMicrosPerMinute +
        fields_.second.value_or(0) * kMicrosPerSecond + fields_.nanos.value_or(0) / 1000;
    return true;
  }

  bool ResolveDate() {
    std::optional<int64_t> year = fields_.year;
    if (fields_.era_year) {
      if (*fields_.era_year < 1) return false;
      const bool after_christ = fields_.after_christ.value_or(true);
      if (!Set(&year, after_christ ? *fields_.era_year : 1 - *fields_.era_year)) return false;
    }
    const int64_t known_year = year.value_or(1970);
    if (known_year < -999999 || known_year > 999999) return false;
    if (fields_.day_of_year && year) {
      if (*fields_.day_of_year > (IsLeapYear(known_year) ? 366 : 365)) return false;
      days_ = DaysFromCivil(known_year, 1, 1) + *fields_.day_of_year - 1;
      const CivilDate date = CivilFromDays(days_);
      return fields_.month.value_or(date.month) == date.month &&
             fields_.day.value_or(date.day) == date.day;
    }
    const int month = static_cast<int>(fields_.month.value_or(1));
    const int day = static_cast<int>(fields_.day.value_or(1));
    if (day > DaysInMonth(known_year, month)) return false;
    days_ = DaysFromCivil(known_year, month, day);
    return true;
  }

  const std::vector<Item>& items_;
  std::string_view text_;  // what is left
  ParsedFields fields_;
  int64_t days_ = 0;
  int64_t micros_of_day_ = 0;
};

namespace {

std::optional<int64_t> LocalMicros(const DateTimeTextReader& reader) {
  int64_t micros = 0;
  if (__builtin_mul_overflow(reader.days(), kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, reader.micros_of_day(), &micros)) {
    return std::nullopt;
  }
  return micros;
}

}  // namespace

std::optional<int32_t> DateTimePattern::ParseDate(std::string_view text) const {
  DateTimeTextReader reader(items_, text);
  if (!reader.Read()) return std::nullopt;
  return static_cast<int32_t>(reader.days());
}

std::optional<int64_t> DateTimePattern::ParseTimestamp(std::string_view text,
                                                       const TimeZone& zone) const {
  DateTimeTextReader reader(items_, text);
  if (!reader.Read()) return std::nullopt;
  const std::optional<int64_t> local_micros = LocalMicros(reader);
  if (!local_micros) return std::nullopt;
  if (reader.fields().offset_seconds && reader.fields().zone == nullptr) {
    int64_t micros = 0;
    if (__builtin_sub_overflow(*local_micros, *reader.fields().offset_seconds * kMicrosPerSecond,
                               &micros)) {
      return std::nullopt;
    }
    return micros;
  }
  ZoneConverter converter(reader.fields().zone == nullptr ? zone : *reader.fields().zone);
  return converter.ToUtcMicros(*local_micros);
}

std::optional<int64_t> DateTimePattern::ParseTimestampNtz(std::string_view text) const {
  DateTimeTextReader reader(items_, text);
  if (!reader.Read() || reader.fields().offset_seconds || reader.fields().zone != nullptr) {
    return std::nullopt;
  }
  return LocalMicros(reader);
}

}  // namespace firesteel
