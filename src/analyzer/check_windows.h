#pragma once

#include "analyzer/resolver.h"
#include "expr/window.h"

namespace firesteel {

/// Says whether windows (OVER) may stand in the expressions of a node. Errors:
/// WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE, UNSUPPORTED_EXPR_FOR_OPERATOR.
Status CheckWindowPlaces(const LogicalPlan& node, const std::vector<ExpressionPtr>& expressions);

/// Checks a window whose children are resolved and which has its frame. Errors:
/// WINDOW_FUNCTION_FRAME_NOT_ORDERED, DISTINCT_WINDOW_FUNCTION_UNSUPPORTED,
/// EXPRESSION_TYPE_IS_NOT_ORDERABLE, DATATYPE_MISMATCH.*.
Status CheckWindow(const WindowExpression& window, const FunctionSettings& settings);

/// Checks that there is an ORDER BY, which functions need that exist over windows only. Errors: WINDOW_FUNCTION_FRAME_NOT_ORDERED.
Status CheckOrdered(const WindowExpression& window);

}  // namespace firesteel
