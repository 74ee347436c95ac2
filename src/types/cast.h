#pragma once

#include <memory>
#include <optional>
#include <string>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// What a cast depends on besides its input. Fixed in the expression by the analyzer.
struct CastOptions {
  bool ansi = true;                 ///< false: what cannot be cast becomes NULL (and wraps)
  bool try_cast = false;            ///< try_cast: ANSI's rules, NULL instead of an error
  std::string time_zone = "UTC";    ///< the session's zone
};

/// Whether a cast from `from` to `to` exists, under ANSI rules or not.
bool CanCast(const DataType& from, const DataType& to, bool ansi);
/// Whether an implicit cast never loses information nor fails (int to long, null to anything).
bool CanUpCast(const DataType& from, const DataType& to);

/// Casts every element. Errors: CAST_INVALID_INPUT, CAST_OVERFLOW, NUMERIC_VALUE_OUT_OF_RANGE…, as
/// Spark 4.3 raises them.
Result<std::shared_ptr<arrow::Array>> Cast(const std::shared_ptr<arrow::Array>& array,
                                           const DataType& from, const DataType& to,
                                           const CastOptions& options);

/// Renders as Spark's cast to string: 1.0E10, 2024-02-29 12:00:00.5, [1, NULL], {a -> 1}, {1, x}.
/// `null_text` stands for NULL elements inside of nested values ("NULL" in casts and show).
Result<std::shared_ptr<arrow::Array>> CastToString(const std::shared_ptr<arrow::Array>& array,
                                                   const DataType& from, const std::string& zone);

/// The type that both can be cast to without loss under ANSI coercion, as for UNION, CASE and
/// comparison; an error (nullopt) when there is none.
std::optional<DataType> TightestCommonType(const DataType& a, const DataType& b);

}  // namespace firesteel
