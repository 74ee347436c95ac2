#include "types/time_zone.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "common/ascii.h"
#include "common/error.h"
#include "types/datetime.h"
#include "types/time_zone_reader.h"

namespace firesteel {
namespace {

constexpr int64_t kForeverSeconds = std::numeric_limits<int64_t>::max();
constexpr int32_t kLargestOffsetSeconds = 18 * 3600;

struct ShortName {
  std::string_view name;
  std::string_view id;
};

// Java's ZoneId.SHORT_IDS, which Spark applies.
constexpr ShortName kShortNames[] = {
    {"ACT", "Australia/Darwin"},
    {"AET", "Australia/Sydney"},
    {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},
    {"AST", "America/Anchorage"},
    {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},
    {"CAT", "Africa/Harare"},
    {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},
    {"CTT", "Asia/Shanghai"},
    {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},
    {"EST", "-05:00"},
    {"HST", "-10:00"},
    {"IET", "America/Indiana/Indianapolis"},
    {"IST", "Asia/Kolkata"},
    {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},
    {"MST", "-07:00"},
    {"NET", "Asia/Yerevan"},
    {"NST", "Pacific/Auckland"},
    {"PLT", "Asia/Karachi"},
    {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"},
    {"PST", "America/Los_Angeles"},
    {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"},
};

// Reads a number of one or two digits at the front of `text`; -1 when there is none.
int TakeNumber(std::string_view* text, size_t digits) {
  if (text->size() < digits) return -1;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (!IsDigit((*text)[i])) return -1;
    value = value * 10 + ((*text)[i] - '0');
  }
  text->remove_prefix(digits);
  return value;
}

// Parses `+h`, `+hh`, `+h:mm`, `+hh:m`, `+hh:mm`, `+hhmm`, `+hh:mm:ss` and `+hhmmss`.
std::optional<int32_t> ParseOffset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const bool one_digit = text.size() == 1 || text[1] == ':';
  const int hours = TakeNumber(&text, one_digit ? 1 : 2);
  int minutes = 0;
  int seconds = 0;
  const bool colons = !text.empty() && text[0] == ':';
  if (!text.empty()) {
    if (colons) text.remove_prefix(1);
    minutes = TakeNumber(&text, colons && text.size() == 1 ? 1 : 2);
  }
  if (!text.empty()) {
    if (colons != (text[0] == ':')) return std::nullopt;
    if (colons) text.remove_prefix(1);
    seconds = TakeNumber(&text, 2);
  }
  if (!text.empty() || hours < 0 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
    return std::nullopt;
  }
  const int32_t offset = hours * 3600 + minutes * 60 + seconds;
  if (offset > kLargestOffsetSeconds) return std::nullopt;
  return sign * offset;
}

// The offset of ids that name one, with or without `UTC`, `GMT` or `UT` in front.
std::optional<int32_t> FixedOffset(std::string_view id) {
  if (id == "Z") return 0;
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!id.starts_with(prefix)) continue;
    if (id.size() == prefix.size()) return 0;
    const std::string_view rest = id.substr(prefix.size());
    if (rest[0] == '+' || rest[0] == '-') return ParseOffset(rest);
  }
  return ParseOffset(id);
}

int64_t SaturatedAdd(int64_t a, int64_t b) {
  int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

}  // namespace

Result<std::shared_ptr<const TimeZone>> TimeZone::Find(std::string_view id) {
  static std::mutex mutex;
  static auto* const zones =
      new std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>>();
  std::lock_guard lock(mutex);
  if (const auto found = zones->find(id); found != zones->end()) return found->second;
  std::string_view name = id;
  for (const ShortName& entry : kShortNames) {
    if (entry.name == id) name = entry.id;
  }
  std::shared_ptr<TimeZone> zone(new TimeZone(std::string(id)));
  if (const std::optional<int32_t> offset = FixedOffset(name)) {
    zone->periods_ = {{-kForeverSeconds, kForeverSeconds, *offset}};
  } else if (!TimeZoneReader::Read(name, zone.get())) {
    return MakeError("INVALID_TIMEZONE", {{"timeZone", "'" + std::string(id) + "'"}});
  }
  zones->emplace(id, zone);
  return zone;
}

const TimeZone& TimeZone::Utc() {
  static const auto* const utc = new std::shared_ptr<const TimeZone>(*Find("UTC"));
  return **utc;
}

// The moment, in local seconds since 1970, of a yearly change.
int64_t TimeZone::ChangeAt(const YearlyChange& change, int64_t year) {
  int64_t days = DaysFromCivil(year, 1, 1);
  if (change.kind == 'J') {
    // Day 60 is always March 1: February 29 is not counted.
    days += change.day - 1 + (IsLeapYear(year) && change.day >= 60 ? 1 : 0);
  } else if (change.kind == 'D') {
    days += change.day;
  } else {
    const int64_t first = DaysFromCivil(year, change.month, 1);
    const int64_t weekday = FloorModulo(first + 4, 7);  // 1970-01-01 was a Thursday
    int64_t day = FloorModulo(change.day - weekday, 7) + int64_t{7} * (change.week - 1);
    if (day >= DaysInMonth(year, change.month)) day -= 7;
    days = first + day;
  }
  return days * kSecondsPerDay + change.time_seconds;
}

TimeZone::Period TimeZone::RulePeriodAt(int64_t utc_seconds) const {
  const Period& last = periods_.back();
  const int64_t year =
      CivilFromDays(FloorDivide(utc_seconds + rule_.standard_offset, kSecondsPerDay)).year;
  Period period{last.begin, kForeverSeconds, last.offset_seconds};
  for (int64_t y = year - 1; y <= year + 1; ++y) {
    // The changes of a year come in this order in the north, in the other in the south.
    std::pair<int64_t, int32_t> changes[] = {
        {ChangeAt(rule_.daylight_start, y) - rule_.standard_offset, rule_.daylight_offset},
        {ChangeAt(rule_.daylight_end, y) - rule_.daylight_offset, rule_.standard_offset}};
    std::sort(std::begin(changes), std::end(changes));
    for (const auto& [at, offset] : changes) {
      if (at < last.begin) continue;
      if (at > utc_seconds) {
        period.end = at;
        return period;
      }
      period = {at, kForeverSeconds, offset};
    }
  }
  return period;
}

TimeZone::Period TimeZone::PeriodAt(int64_t utc_seconds) const {
  const auto after = std::upper_bound(
      periods_.begin(), periods_.end(), utc_seconds,
      [](int64_t seconds, const Period& period) { return seconds < period.begin; });
  const Period& period = after == periods_.begin() ? *after : *std::prev(after);
  if (rule_.has_rule && &period == &periods_.back()) return RulePeriodAt(utc_seconds);
  return period;
}

int64_t ZoneConverter::ToLocalMicros(int64_t utc_micros) {
  const int64_t seconds = FloorDivide(utc_micros, kMicrosPerSecond);
  if (seconds < period_.begin || seconds >= period_.end) period_ = zone_->PeriodAt(seconds);
  return SaturatedAdd(utc_micros, period_.offset_seconds * kMicrosPerSecond);
}

int64_t ZoneConverter::ToUtcMicros(int64_t local_micros) {
  const int64_t local = FloorDivide(local_micros, kMicrosPerSecond);
  // Well inside of the remembered period no other one can have the same local time.
  const int64_t guess = local - period_.offset_seconds;
  if (guess - kSecondsPerDay < period_.begin || guess + kSecondsPerDay >= period_.end) {
    period_ = zone_->PeriodAt(local - kSecondsPerDay);
    while (local - period_.offset_seconds >= period_.end) {
      const TimeZone::Period next = zone_->PeriodAt(period_.end);
      // Between the two lies local time that was skipped: it counts with the offset before.
      if (local - next.offset_seconds < next.begin) break;
      period_ = next;
    }
  }
  return SaturatedAdd(local_micros, -period_.offset_seconds * kMicrosPerSecond);
}

}  // namespace firesteel
