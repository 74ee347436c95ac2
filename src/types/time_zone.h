#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

/// A time zone: a region of the system's tz database, or a fixed offset. Immutable, thread-safe,
/// made once per id and kept for ever.
class TimeZone {
 public:
  /// The time between two changes of the clock, [begin, end) in seconds since 1970 UTC.
  struct Period {
    int64_t begin = 0;
    int64_t end = 0;
    int32_t offset_seconds = 0;  ///< local time minus UTC
  };

  /// Finds a zone by what Spark takes as an id: `UTC`, `Z`, `Europe/Paris`, `+02:00`, `+2`,
  /// `GMT+1`, Java's short names (`PST`). Case matters. Errors: INVALID_TIMEZONE.
  static Result<std::shared_ptr<const TimeZone>> Find(std::string_view id);
  static const TimeZone& Utc();

  /// The id as it was given.
  const std::string& id() const { return id_; }
  bool is_fixed() const { return periods_.size() == 1 && !rule_.has_rule; }
  /// The period that holds this moment.
  Period PeriodAt(int64_t utc_seconds) const;

 private:
  friend class TimeZoneReader;

  /// When, in every year, the clock changes (the end of a file of the tz database).
  struct YearlyChange {
    char kind = 'M';  ///< 'M': week and weekday of a month; 'J': day 1 to 365; 'D': day 0 to 365
    int month = 1;
    int week = 1;
    int day = 0;
    int64_t time_seconds = 7200;  ///< local time of the change
  };
  /// The rule for all years after the last change listed.
  struct Rule {
    bool has_rule = false;
    int32_t standard_offset = 0;
    int32_t daylight_offset = 0;
    YearlyChange daylight_start;
    YearlyChange daylight_end;
  };

  explicit TimeZone(std::string id) : id_(std::move(id)) {}
  static int64_t ChangeAt(const YearlyChange& change, int64_t year);
  Period RulePeriodAt(int64_t utc_seconds) const;

  std::string id_;
  std::vector<Period> periods_;  // sorted, without gaps, from the beginning of time to its end
  Rule rule_;
};

/// Converts between UTC and the wall clock of one zone. Remembers the period of the last look-up,
/// so that columns of neighbouring times are fast. Not thread-safe; make one per column.
class ZoneConverter {
 public:
  explicit ZoneConverter(const TimeZone& zone) : zone_(&zone), period_(zone.PeriodAt(0)) {}

  /// Results that do not fit are pinned to the range of int64.
  int64_t ToLocalMicros(int64_t utc_micros);
  /// A local time that the clock skips is moved on by what it skips; of two moments with the same
  /// local time, the earlier one is taken. As in Java.
  int64_t ToUtcMicros(int64_t local_micros);

 private:
  const TimeZone* zone_;
  TimeZone::Period period_;
};

}  // namespace firesteel
