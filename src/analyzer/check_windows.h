#pragma once

#include "plan/logical_plan.h"

namespace firesteel {

/// Says what is wrong with the windows (OVER) in the expressions of a node whose names are known,
/// before their functions are bound. Windows without a mistake are refused: nothing runs them yet.
/// Errors: WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE, WINDOW_FUNCTION_FRAME_NOT_ORDERED,
/// DISTINCT_WINDOW_FUNCTION_UNSUPPORTED, UNSUPPORTED_EXPR_FOR_WINDOW,
/// UNSUPPORTED_EXPR_FOR_OPERATOR, DATATYPE_MISMATCH.*, INVALID_STATEMENT_OR_CLAUSE.
Status CheckWindows(const LogicalPlan& node, const std::vector<ExpressionPtr>& expressions);

}  // namespace firesteel
