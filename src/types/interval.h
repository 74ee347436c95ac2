#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firesteel/row.h"
#include "firesteel/types.h"

namespace firesteel {

/// Renders `INTERVAL '1 02:03:04.5' DAY TO SECOND`; `type` tells the fields.
std::string FormatDayTimeInterval(int64_t micros, const DataType& type);
/// Renders `INTERVAL '2-3' YEAR TO MONTH`.
std::string FormatYearMonthInterval(int32_t months, const DataType& type);
/// Renders `1 years 2 days 3.5 seconds`; zero is `0 seconds`.
std::string FormatCalendarInterval(const CalendarInterval& interval);

/// Parses `1 02:03:04.5`, or the same as a literal (`INTERVAL '…' DAY TO SECOND`), with just the
/// fields of `type`. nullopt for other text and for intervals that do not fit.
std::optional<int64_t> ParseDayTimeInterval(std::string_view text, const DataType& type);
/// Parses `2-3`, `INTERVAL '2-3' YEAR TO MONTH` and, for one field, `5`.
std::optional<int32_t> ParseYearMonthInterval(std::string_view text, const DataType& type);
/// Parses numbers with units: `1 day 2.5 seconds`, `interval -3 months`, `10 minutes`; units may be
/// plural. As window(), withWatermark() and the cast take it.
std::optional<CalendarInterval> ParseCalendarInterval(std::string_view text);

/// The microseconds of a day-time field (0 DAY to 3 SECOND).
int64_t MicrosOfField(int field);

}  // namespace firesteel
