#pragma once

#include <string_view>

#include "types/time_zone.h"

namespace firesteel {

/// Reads zones from the system's tz database (/usr/share/zoneinfo, or the directory that TZDIR
/// names): compiled files of RFC 8536, with the rule at their end for the years to come.
class TimeZoneReader {
 public:
  /// Fills `zone` from the file of this name. Returns false when there is none, or it is malformed.
  static bool Read(std::string_view name, TimeZone* zone);

 private:
  static bool ParseFile(std::string_view bytes, TimeZone* zone);
  static bool ParseRule(std::string_view text, TimeZone::Rule* rule);
  static bool ParseYearlyChange(std::string_view* text, TimeZone::YearlyChange* change);
};

}  // namespace firesteel
