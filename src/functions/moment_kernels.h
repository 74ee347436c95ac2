#pragma once

#include <optional>

#include "functions/arithmetic_kernels.h"
#include "types/time_zone.h"

namespace firesteel {

/// date ± days (INT); wraps around.
Kernel AddDaysKernel(bool subtracts);

/// Adds a day-time interval: whole days on the wall clock, the rest as elapsed time. False on
/// overflow.
bool AddDayTime(int64_t micros, int64_t interval_micros, ZoneConverter* converter, int64_t* out);

/// Adds months on the wall clock. False on overflow.
bool AddMonthsToMicros(int64_t micros, int64_t months, ZoneConverter* converter, int64_t* out);

/// Binds interval * number, interval / number and interval div interval; nullopt when no operand is
/// an interval.
Result<std::optional<BoundFunction>> BindIntervalScaling(const BindRequest& request,
                                                         ArithmeticOp op, ArithmeticMode mode);

}  // namespace firesteel
