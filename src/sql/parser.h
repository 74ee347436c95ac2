#pragma once

#include <string_view>
#include <vector>

#include "expr/expression.h"

namespace firesteel {

/// Parses one expression as in SELECT lists and WHERE, alias included: `a + 1 AS b`, `count(*)`,
/// `x like '%y%'`. Gives unresolved expressions with their origins. Errors: PARSE_SYNTAX_ERROR,
/// PARSE_EMPTY_STATEMENT, … with line, position and fragment. Nesting deeper than 1,000 levels and
/// text above 1 MiB are refused.
Result<ExpressionPtr> ParseExpression(std::string_view text);

}  // namespace firesteel
