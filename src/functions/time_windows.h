#pragma once

#include <cstdint>

#include "expr/function.h"

namespace firesteel {

// The windows that window() and session_window() stand for. A call of either is taken out of the
// expressions around it by the analyzer, which puts the columns made here in its place.

/// The measures of a window() call, in microseconds.
struct TimeWindowMeasures {
  int64_t duration = 0;
  int64_t slide = 0;
  int64_t start = 0;

  /// How many windows may hold one time.
  int64_t overlapping() const { return duration / slide + (duration % slide == 0 ? 0 : 1); }
};

bool IsTimeWindow(const Expression& expression);
bool IsSessionWindow(const Expression& expression);
bool IsWindowTime(const Expression& expression);

/// The measures of a resolved window() call.
Result<TimeWindowMeasures> MeasuresOf(const ScalarFunction& window);
/// The `index`-th of the windows that may hold `time`, the latest one first; NULL when it does not
/// hold it. `nullable` is false where the rows are known to have a time and one window each.
Result<ExpressionPtr> MakeTimeWindow(ExpressionPtr time, const TimeWindowMeasures& measures,
                                     int64_t index, bool nullable);
/// From `time` until the gap later: what one row adds to a session. NULL for a gap that is NULL, no
/// interval or not positive.
Result<ExpressionPtr> MakeSessionWindow(ExpressionPtr time, ExpressionPtr gap, bool nullable,
                                        const FunctionSettings& settings);
/// The last microsecond of a window.
ExpressionPtr MakeWindowTime(ExpressionPtr window);

}  // namespace firesteel
