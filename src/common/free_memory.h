#pragma once

#include <cstdint>

#include "firesteel/error.h"

namespace firesteel {

/// Refuses what this machine has no memory for, before it is asked for: Linux promises more than
/// there is, and ends the process when the promise is called in. For sizes that a number in a query
/// decides (`stack(2147483647, x)`), not for sizes that follow the data. Up to half of what is free
/// is granted, because the operators behind make copies; small sizes are not looked into.
/// Thread-safe. Errors: UNABLE_TO_ACQUIRE_MEMORY.
Status RequireFreeMemory(int64_t bytes);

}  // namespace firesteel
