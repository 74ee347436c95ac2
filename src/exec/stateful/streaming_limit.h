#pragma once

#include <cstdint>

#include "exec/stateful/state_options.h"

namespace firesteel {

/// Lets the first `count` rows of a stream pass, over all batches, and keeps in the state how many
/// that were:
///
///   globalLimit   key: one void field -> value LONG
///
/// The input is read to its end whatever is let through, as state below commits there. `child` must
/// have one partition.
Result<PhysicalPlanPtr> NewStreamingLimit(PhysicalPlanPtr child, int64_t count,
                                          StateOptions options);

}  // namespace firesteel
