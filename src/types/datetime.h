#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "types/time_zone.h"

namespace firesteel {

inline constexpr int64_t kMicrosPerMillisecond = 1000;
inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;
inline constexpr int64_t kSecondsPerDay = 86400;

/// Division that rounds towards minus infinity, and its rest, which is never negative.
/// `divisor` must be positive.
constexpr int64_t FloorDivide(int64_t dividend, int64_t divisor) {
  const int64_t quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}
constexpr int64_t FloorModulo(int64_t dividend, int64_t divisor) {
  const int64_t rest = dividend % divisor;
  return rest < 0 ? rest + divisor : rest;
}

/// A day of the proleptic Gregorian calendar. Year 0 is 1 BC.
struct CivilDate {
  int64_t year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
};

/// Days since 1970-01-01. The parts must be valid.
int64_t DaysFromCivil(int64_t year, int month, int day);
CivilDate CivilFromDays(int64_t days);
constexpr bool IsLeapYear(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
int DaysInMonth(int64_t year, int month);
/// Adds months, keeping the day where the month has it, else taking the month's last day.
int64_t AddMonths(int64_t days, int64_t months);

/// Buffers that every date's and timestamp's text fits into.
inline constexpr size_t kDateTextSize = 24;
inline constexpr size_t kTimestampTextSize = 48;
/// Writes `2024-02-29`; years beyond 9999 get a sign, as in Java. Returns the length.
size_t FormatDate(int64_t days, char* out);
/// Writes `2024-02-29 12:34:56.5`, without trailing zeros of the fraction. `local_micros` is the
/// wall clock read as if it were UTC. Returns the length.
size_t FormatTimestamp(int64_t local_micros, char* out);

/// Parses what Spark takes as a date: `yyyy`, `yyyy-m`, `yyyy-m-d`, the latter with anything after
/// a space or a T; a sign and up to seven digits for the year; spaces around.
std::optional<int32_t> ParseDate(std::string_view text);
/// Parses what Spark takes as a timestamp: a date as above, then ` ` or `T` and `h`, `h:m`, `h:m:s`
/// or `h:m:s.fraction`, with a zone after the seconds; or a time alone, which is today's. Digits
/// after the sixth of the fraction are dropped. nullopt also where the result does not fit.
std::optional<int64_t> ParseTimestamp(std::string_view text, const TimeZone& zone);
/// As ParseTimestamp, for local timestamps: the zone in the text is ignored, a time alone refused.
std::optional<int64_t> ParseTimestampNtz(std::string_view text);

/// Drops spaces and control characters around, as Spark does before it parses.
std::string_view TrimForParsing(std::string_view text);

}  // namespace firesteel
