#pragma once

#include <vector>

#include "expr/unresolved.h"

namespace firesteel {

/// The call's arguments with those that are named (`explode(collection => a)`) in their places.
/// Errors: NAMED_PARAMETERS_NOT_SUPPORTED, UNRECOGNIZED_PARAMETER_NAME,
/// DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.*, UNEXPECTED_POSITIONAL_ARGUMENT,
/// REQUIRED_PARAMETER_NOT_FOUND.
Result<std::vector<ExpressionPtr>> PlaceArguments(const UnresolvedFunction& call);

}  // namespace firesteel
