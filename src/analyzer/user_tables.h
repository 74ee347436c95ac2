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

/// A call with a table among the arguments, whose input is resolved. Errors: as above,
/// TABLE_VALUED_FUNCTION_REQUIRED_METADATA_* for what cannot be done to the table.
Result<PlanPtr> AnalyzeUserTable(const UserRows& rows);

}  // namespace firesteel
