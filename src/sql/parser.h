#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// Parses one expression as in SELECT lists and WHERE, alias included: `a + 1 AS b`, `count(*)`,
/// `x like '%y%'`. Gives unresolved expressions with their origins. Errors: PARSE_SYNTAX_ERROR,
/// PARSE_EMPTY_STATEMENT, … with line, position and fragment. Nesting deeper than 1,000 levels and
/// text above 1 MiB are refused.
Result<ExpressionPtr> ParseExpression(std::string_view text);

/// Parses one statement, a query or a command, into an unresolved plan (a Command for commands). A
/// `;` at the end is taken. Errors as above, and those of the statement, e.g.
/// UNSUPPORTED_FEATURE.… for what is known but not supported.
Result<PlanPtr> ParseStatement(std::string_view text);

/// Splits a script at the `;` that end statements, not those in texts, comments or quoted names.
/// The pieces are without the `;`; pieces of white space and comments only are left out.
Result<std::vector<std::string>> SplitStatements(std::string_view script);

}  // namespace firesteel
