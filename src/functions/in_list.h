#pragma once

#include "expr/function.h"

namespace firesteel {

/// The kernel of `value IN (items…)` for values of `type`. Items are looked at one after the other
/// until one matches, so that an error in a later one does not show; long lists of constants are
/// searched as a set, which is built once.
LazyKernel MakeInKernel(const DataType& type);

}  // namespace firesteel
