#pragma once

#include <memory>

#include "expr/aggregate.h"

namespace firesteel {

/// Gathers the values of each group as a list, NULLs left out; with `distinct` every value once. The
/// state is that of collect_list and collect_set.
std::unique_ptr<Accumulator> MakeCollect(const DataType& element, bool distinct);

}  // namespace firesteel
