#pragma once

#include <span>

#include "functions/registry.h"

namespace firesteel {

/// time_bucket(): where the bucket of a certain size begins that a time lies in.
std::span<const ScalarFunctionDefinition> TimeBucketFunctions();

}  // namespace firesteel
