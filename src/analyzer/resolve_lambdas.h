#pragma once

#include "expr/unresolved.h"

namespace firesteel {

class Resolver;

/// Whether an argument of the call is a lambda whose variables have no types yet.
bool HasLambda(const UnresolvedFunction& call);

/// Binds a call with lambdas: the function says what their variables are, then their bodies can be
/// resolved. nullptr as long as something else in the call is open. Errors:
/// INVALID_LAMBDA_FUNCTION_CALL.*, those of the body, those of BindCall.
Result<ExpressionPtr> BindLambdas(const UnresolvedFunction& call, const Resolver& resolver);

}  // namespace firesteel
