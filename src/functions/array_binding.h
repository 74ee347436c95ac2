#pragma once

#include "expr/function.h"

namespace firesteel {

// Functions of strings that take arrays, too.

/// `concat(array, …)`.
Result<BoundFunction> BindConcatArrays(const BindRequest& request);
/// `reverse(array)`.
Result<BoundFunction> BindReverseArray(const BindRequest& request);

}  // namespace firesteel
