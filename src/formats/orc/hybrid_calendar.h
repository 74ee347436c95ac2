#pragma once

#include <cstdint>

namespace firesteel {

/// Java writes dates before 1582-10-15 in the Julian calendar, counted in days so that the two
/// calendars meet there. These give the day of the proleptic Gregorian calendar with the same year,
/// month and day (the next one where it has none, as 1000-02-29).
int64_t HybridToProlepticDays(int64_t days);
/// The same for microseconds, keeping the time of the day in UTC.
int64_t HybridToProlepticMicros(int64_t micros);

}  // namespace firesteel
