#pragma once

#include <string_view>
#include <vector>

#include "expr/function.h"

namespace firesteel {

/// What a variable of a lambda stands for.
struct LambdaParameter {
  DataType type;
  bool nullable = true;
};

/// Whether the function (any case) takes lambdas.
bool IsHigherOrderFunction(std::string_view name);

/// The variables of the lambda that is argument `index` of a call and has `count` of them.
/// `arguments` are resolved, with nullptr for every lambda. The analyzer makes LambdaVariables of
/// them, resolves the body, and calls BindCall with a Lambda (expr/lambda.h) in the argument's
/// place. Where a lambda may stand any other expression may, too: one without variables.
/// Errors: INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION and .NUM_ARGS_MISMATCH,
/// DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE.
Result<std::vector<LambdaParameter>> LambdaParameters(std::string_view name,
                                                      const std::vector<ExpressionPtr>& arguments,
                                                      int index, int count,
                                                      const FunctionSettings& settings);

}  // namespace firesteel
