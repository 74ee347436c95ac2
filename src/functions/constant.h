#pragma once

#include "expr/expression.h"
#include "firesteel/row.h"

namespace firesteel {

/// Whether the expression's value is known without rows and without a task: literals and
/// deterministic functions of such.
bool IsFoldable(const Expression& expression);

/// Evaluates a foldable expression.
Result<Value> EvaluateConstant(const Expression& expression);

}  // namespace firesteel
