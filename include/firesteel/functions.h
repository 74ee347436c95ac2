#pragma once

#include <string_view>
#include <vector>

#include "firesteel/column.h"

/// Spark SQL's functions as C++ functions, named as in Spark with capitals. What has no function of
/// its own here is reached by CallFunction or Expr.
namespace firesteel::functions {

/// A column by name.
FIRESTEEL_EXPORT Column Col(std::string_view name);
/// A constant; the type follows from the value (int32_t is INT, std::string STRING, …).
FIRESTEEL_EXPORT Column Lit(const Value& value);
/// An expression as SQL text. Errors (kept until an action): PARSE_SYNTAX_ERROR.
FIRESTEEL_EXPORT Column Expr(std::string_view text);
/// Any built-in function by name. Errors (kept until an action): UNRESOLVED_ROUTINE.
FIRESTEEL_EXPORT Column CallFunction(std::string_view name, const std::vector<Column>& arguments);

// Aggregates
FIRESTEEL_EXPORT Column Count(const Column& column);  ///< Count("*") counts rows
FIRESTEEL_EXPORT Column Sum(const Column& column);
FIRESTEEL_EXPORT Column Avg(const Column& column);
FIRESTEEL_EXPORT Column Min(const Column& column);
FIRESTEEL_EXPORT Column Max(const Column& column);
FIRESTEEL_EXPORT Column First(const Column& column);
FIRESTEEL_EXPORT Column Last(const Column& column);

// Conditions
FIRESTEEL_EXPORT Column When(const Column& condition, const Column& value);
FIRESTEEL_EXPORT Column Coalesce(const std::vector<Column>& columns);

// Strings
FIRESTEEL_EXPORT Column Upper(const Column& column);
FIRESTEEL_EXPORT Column Lower(const Column& column);
FIRESTEEL_EXPORT Column Trim(const Column& column);
FIRESTEEL_EXPORT Column Length(const Column& column);
FIRESTEEL_EXPORT Column Concat(const std::vector<Column>& columns);
/// Splits around matches of a regular expression.
FIRESTEEL_EXPORT Column Split(const Column& column, std::string_view pattern, int limit = -1);
FIRESTEEL_EXPORT Column Substring(const Column& column, int position, int length);

// Numbers
FIRESTEEL_EXPORT Column Abs(const Column& column);
FIRESTEEL_EXPORT Column Round(const Column& column, int scale = 0);

// Dates and times
FIRESTEEL_EXPORT Column CurrentTimestamp();
FIRESTEEL_EXPORT Column ToTimestamp(const Column& column);
FIRESTEEL_EXPORT Column ToDate(const Column& column);

// Collections
FIRESTEEL_EXPORT Column Array(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column Struct(const std::vector<Column>& columns);
FIRESTEEL_EXPORT Column Size(const Column& column);

// One row to many
FIRESTEEL_EXPORT Column Explode(const Column& column);
FIRESTEEL_EXPORT Column ExplodeOuter(const Column& column);
FIRESTEEL_EXPORT Column PosExplode(const Column& column);

// The row itself
FIRESTEEL_EXPORT Column InputFileName();

}  // namespace firesteel::functions
