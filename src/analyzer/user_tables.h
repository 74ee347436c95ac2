#pragma once

#include <string>
#include <vector>

#include "expr/user_call.h"
#include "plan/logical_plan.h"
#include "plan/user_rows.h"

namespace firesteel {

class Resolver;

// Table functions of the user (Python UDTFs). Those that do not say what they give, because it
// depends on the call, are asked here: analysis runs code of the user's.

/// `FROM f(a, b)`: the function is called like a generator, for each row of what stands to the left
/// of a lateral join, or for one row. `names` are the arguments', "" by position. Errors:
/// TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON.
Result<PlanPtr> CallUserTable(const UserColumnFunctionPtr& function,
                              const std::vector<ExpressionPtr>& arguments,
                              const std::vector<std::string>& names);

/// A call with a table among the arguments, whose input is resolved and whose function is known.
/// Errors: as above; TABLE_VALUED_FUNCTION_REQUIRED_METADATA_* for what cannot be done to the
/// table, UDTF_INVALID_* for what the function asks for in expressions that it may not use,
/// TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS.
Result<PlanPtr> AnalyzeUserTable(const UserRows& rows, const Resolver& resolver);

/// The arguments of such a call, the row of its table among them. They stand in the projection
/// below it, behind the keys.
Result<std::vector<ExpressionPtr>> TableCallArguments(const UserRows& rows);

}  // namespace firesteel
