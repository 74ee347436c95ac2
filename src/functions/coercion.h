#pragma once

#include <optional>
#include <span>
#include <vector>

#include "expr/expression.h"
#include "firesteel/types.h"

namespace firesteel {

// The rules by which operands of different types meet. With `ansi` they are those of ANSI mode
// (a string meets a number as BIGINT or DOUBLE), without it the older ones (as STRING or DOUBLE).

/// The type to which both types widen, for CASE, coalesce, array, IN, comparisons and arithmetic;
/// nullopt when there is none.
std::optional<DataType> WiderType(const DataType& a, const DataType& b, bool ansi);
/// Folds WiderType over all types; void when there are none.
std::optional<DataType> WiderTypeOf(const std::vector<DataType>& types, bool ansi);

/// The type to which both sides of `a = b`, `a < b` … are cast; nullopt when they cannot be
/// compared. Differs from WiderType without ANSI: a string meets another type as that type.
std::optional<DataType> ComparisonType(const DataType& a, const DataType& b, bool ansi);

/// Whether a function that wants `to` accepts a `from` by an implicit cast.
bool CanCastImplicitly(const DataType& from, const DataType& to, bool ansi);

/// The decimal that holds every value of an integral type; of a literal, the smallest one that
/// holds its value.
DataType DecimalForIntegral(const DataType& type);
DataType DecimalForOperand(const Expression& operand);
/// Cuts precision and scale to what fits 38 digits; gives up fraction digits beyond the sixth
/// before digits of the integer part.
DataType AdjustedDecimal(int precision, int scale);

/// Whether values of the type can be ordered, and compared at all.
bool IsOrderable(const DataType& type);

}  // namespace firesteel
