#pragma once

#include "functions/arithmetic_kernels.h"

namespace firesteel {

/// The type of `a op b` for two decimals.
DataType DecimalResultType(ArithmeticOp op, const DataType& a, const DataType& b);

/// The kernel of an operation on a column of decimals `a` and one of `b`. The result is exact, then
/// rounded half up to the scale of `result`. kIntegralDivide gives LONG.
Kernel DecimalKernel(ArithmeticOp op, const DataType& a, const DataType& b, const DataType& result,
                     ArithmeticMode mode);

/// NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION for a value that does not fit DECIMAL(p, s).
Status DecimalOutOfRange(const std::string& value, int precision, int scale);

/// Renders a decimal in plain digits.
std::string DecimalText(__int128 unscaled, int scale);

}  // namespace firesteel
