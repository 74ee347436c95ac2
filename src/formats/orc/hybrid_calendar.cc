#include "formats/orc/hybrid_calendar.h"

#include <algorithm>

#include "types/datetime.h"

namespace firesteel {
namespace {

constexpr int64_t kGregorianStartDays = -141427;  // 1582-10-15
constexpr int64_t kJulianDayOfEpoch = 2440588;    // 1970-01-01

}  // namespace

int64_t HybridToProlepticDays(int64_t days) {
  if (days >= kGregorianStartDays) return days;
  // Counts from 1 March 4801 BC, so that the day that may be missing ends the year.
  const int64_t since_start = days + kJulianDayOfEpoch + 32082;
  const int64_t years = FloorDivide(4 * since_start + 3, 1461);
  const int64_t day_of_year = since_start - FloorDivide(1461 * years, 4);
  const int64_t month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  const auto civil_month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  const int64_t civil_year = years - 4800 + month / 10;
  const int last_day = DaysInMonth(civil_year, civil_month);
  return DaysFromCivil(civil_year, civil_month, std::min(day, last_day)) + (day > last_day ? 1 : 0);
}

int64_t HybridToProlepticMicros(int64_t micros) {
  const int64_t days = FloorDivide(micros, kMicrosPerDay);
  if (days >= kGregorianStartDays) return micros;
  return micros + (HybridToProlepticDays(days) - days) * kMicrosPerDay;
}

}  // namespace firesteel
