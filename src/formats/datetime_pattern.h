#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "types/time_zone.h"

namespace firesteel {

/// A pattern for dates and times in Java's letters (`yyyy-MM-dd HH:mm:ss.SSS XXX`), with Spark's
/// restrictions and English names. Immutable, thread-safe.
///
///   G era · y year · M L month · d day · D day of year · Q q quarter · E weekday · F weekday
///   within the month · a AM/PM · H k K h hour · m minute · s second · S fraction · V zone id · z
///   zone name · O X x Z offset · 'text' · '' · [optional]
class DateTimePattern {
 public:
  enum class Purpose { kParse, kFormat };

  /// Errors, as Spark raises them: INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN
  /// and .DATETIME_PATTERN_RECOGNITION.
  static Result<DateTimePattern> Make(std::string_view pattern, Purpose purpose);

  /// Days since 1970-01-01; nullopt when the text does not fit the pattern or names no date. What
  /// the pattern leaves out is taken from 1970-01-01 00:00:00, here and below.
  std::optional<int32_t> ParseDate(std::string_view text) const;
  /// Microseconds since 1970 UTC; `zone` counts where the text names none.
  std::optional<int64_t> ParseTimestamp(std::string_view text, const TimeZone& zone) const;
  /// The local time read as if it were UTC; nullopt when the text names a zone.
  std::optional<int64_t> ParseTimestampNtz(std::string_view text) const;

  /// Appends a moment as `zone` shows it: `local_micros` is the wall clock read as if it were UTC,
  /// `offset_seconds` its distance from UTC.
  void Format(int64_t local_micros, int64_t offset_seconds, const TimeZone& zone,
              std::string* out) const;

 private:
  friend class DateTimeTextReader;
  friend class DateTimeTextWriter;

  struct Item {
    enum class Kind { kText, kField, kOptionBegin, kOptionEnd };
    Kind kind = Kind::kText;
    char letter = 0;  // of a field; y is the era's year where there is a G, else u
    int count = 0;
    std::string text;
    // Of a number without a fixed width: the digits of the fixed numbers that follow it directly.
    int reserved_digits = 0;
  };

  static Status CheckLetters(std::string_view pattern, Purpose purpose);
  Status Compile(std::string_view pattern);
  void ReserveDigits();

  Purpose purpose_ = Purpose::kParse;
  std::vector<Item> items_;
};

}  // namespace firesteel
