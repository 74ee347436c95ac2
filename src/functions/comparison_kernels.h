#pragma once

#include <string_view>

#include "expr/function.h"

namespace firesteel {

enum class ComparisonOp { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

std::string_view OperatorSymbol(ComparisonOp op);

/// The kernel of a comparison of two columns of `type`; NULL where a side is NULL.
Kernel ComparisonKernel(ComparisonOp op, const DataType& type);

/// The kernel of `a <=> b`: NULL equals NULL, and the result is never NULL.
Kernel NullSafeEqualKernel(const DataType& type);

/// The kernels of greatest and least over any number of columns of `type`: NULLs are skipped.
Kernel ExtremeKernel(const DataType& type, bool greatest);

}  // namespace firesteel
