#pragma once

#include <string>
#include <vector>

#include "expr/unresolved.h"

namespace firesteel {

/// The call's arguments with those that are named (`explode(collection => a)`) in their places.
/// Errors: NAMED_PARAMETERS_NOT_SUPPORTED, UNRECOGNIZED_PARAMETER_NAME,
/// DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.*, UNEXPECTED_POSITIONAL_ARGUMENT,
/// REQUIRED_PARAMETER_NOT_FOUND.
Result<std::vector<ExpressionPtr>> PlaceArguments(const UnresolvedFunction& call);

/// The same for a function with these parameters. What was not given is nullptr, or missing at the
/// end. Errors: as above, but for the last.
Result<std::vector<ExpressionPtr>> PlaceNamedArguments(
    const std::string& function, const std::vector<std::string>& parameters,
    const std::vector<ExpressionPtr>& arguments);

/// Whether any of the arguments is named.
bool HasNamed(const std::vector<ExpressionPtr>& arguments);

/// The error for a call that leaves out a parameter without a default.
Status MissingArgument(const std::string& function, const std::string& parameter, size_t index);

}  // namespace firesteel
