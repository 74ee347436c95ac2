#pragma once

#include <optional>

#include "functions/arithmetic_kernels.h"

namespace firesteel {

/// Binds an operator to dates, timestamps and intervals: date + days, timestamp - timestamp,
/// interval * number … nullopt when the operands are none of those.
Result<std::optional<BoundFunction>> BindMomentArithmetic(const BindRequest& request,
                                                          ArithmeticOp op, ArithmeticMode mode);

/// Adds months to days since 1970, keeping the day of the month where it exists; false on overflow.
bool AddMonthsToDays(int32_t days, int64_t months, int32_t* out);

/// DATETIME_OVERFLOW.
Status DateTimeOverflow(const std::string& operation);

}  // namespace firesteel
