#pragma once

#include "analyzer/resolver.h"
#include "expr/unresolved.h"
#include "expr/window.h"

namespace firesteel {

/// Binds the function of a window if it exists over windows only; nullptr when it is another one.
/// Its arguments must be resolved. Errors: INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX,
/// those of BindWindowFunction.
Result<ExpressionPtr> BindOver(const UnresolvedFunction& call, const FunctionSettings& settings);

/// Gives a window without a frame, whose function is resolved, the one it means.
Result<ExpressionPtr> ChooseFrame(const WindowExpression& window, const FunctionSettings& settings);

/// Gives a window with resolved children its frame, casts the frame's offsets to the type of the
/// order, and checks it; nullptr when there was nothing to change. Errors:
/// UNSUPPORTED_EXPR_FOR_WINDOW, _LEGACY_ERROR_TEMP_1035 and 1036 for a frame that the function does
/// not take, those of CheckWindow.
Result<ExpressionPtr> CompleteWindow(const WindowExpression& window,
                                     const FunctionSettings& settings);

}  // namespace firesteel
