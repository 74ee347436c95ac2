#pragma once

#include <memory>
#include <optional>
#include <string>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// What a cast depends on besides its input. Fixed in the expression by the analyzer.
struct CastOptions {
  bool ansi = true;               ///< false: what cannot be cast becomes NULL (and wraps)
  bool try_cast = false;          ///< try_cast: ANSI's rules, NULL instead of an error
  std::string time_zone = "UTC";  ///< the session's zone
};

/// Whether a cast from `from` to `to` exists, under ANSI rules or not.
bool CanCast(const DataType& from, const DataType& to, bool ansi);
/// Whether an implicit cast never loses information nor fails (int to long, null to anything).
bool CanUpCast(const DataType& from, const DataType& to);

/// Casts every element. Errors: CAST_INVALID_INPUT, CAST_OVERFLOW, NUMERIC_VALUE_OUT_OF_RANGE…, as
/// Spark 4.3 raises them.
Result<std::shared_ptr<arrow::Array>> CastArray(const std::shared_ptr<arrow::Array>& array,
                                                const DataType& from, const DataType& to,
                                                const CastOptions& options);

/// Returns the error for a cast that does not exist under ANSI rules: DATATYPE_MISMATCH.CAST_WITH….
/// `sql_expression` is the cast as text.
Status CastRefusal(const std::string& sql_expression, const DataType& from, const DataType& to);

/// How values are written as text. The defaults are those of a cast; show() has "NULL" and
/// hexadecimal binary.
struct TextOptions {
  std::string null_text = "null";   ///< for NULL inside of arrays, maps and structs
  bool plain_decimals = true;       ///< false: small decimals get an exponent (casts without ANSI)
  bool hexadecimal_binary = false;  ///< `[41 0A]` instead of the bytes themselves
};

/// Renders as Spark's cast to string: 1.0E10, 2024-02-29 12:00:00.5, [1, null], {a -> 1}, {1, x}.
/// NULL rows stay NULL.
Result<std::shared_ptr<arrow::Array>> CastToString(const std::shared_ptr<arrow::Array>& array,
                                                   const DataType& from, const std::string& zone,
                                                   const TextOptions& options = {});

/// The type that both can be cast to without loss under ANSI coercion, as for UNION, CASE and
/// comparison; an error (nullopt) when there is none.
std::optional<DataType> TightestCommonType(const DataType& a, const DataType& b);

/// As TightestCommonType, with strings giving way to the other side's type under ANSI rules: to
/// bigint for integers, double for other numbers, else the type itself.
std::optional<DataType> WiderCommonType(const DataType& a, const DataType& b);

/// The decimal type that holds the values of a number type: decimal(10,0) for int, … and
/// decimal(30,15) for double. Not for decimals themselves.
DataType DecimalForNumber(const DataType& type);

}  // namespace firesteel
