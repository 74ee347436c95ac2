#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "expr/window_function.h"

namespace firesteel {

/// The functions that exist over windows only (row_number, lag, …), sorted by name.
std::span<const WindowFunctionDefinition> WindowFunctions();

/// Looks one up by name, any case; nullptr when there is none. Aggregate functions, which work over
/// windows as well, are those of FindFunction.
const WindowFunctionDefinition* FindWindowFunction(std::string_view name);

/// Binds a call with resolved arguments; fills in those left out. Errors: WRONG_NUM_ARGS.*,
/// DATATYPE_MISMATCH.*, _LEGACY_ERROR_TEMP_1035 for an offset that is no number of rows.
Result<ExpressionPtr> BindWindowFunction(const WindowFunctionDefinition& definition,
                                         std::vector<ExpressionPtr> arguments, bool ignore_nulls,
                                         const FunctionSettings& settings);

}  // namespace firesteel
