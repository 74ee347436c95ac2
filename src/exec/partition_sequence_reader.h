#pragma once

#include <memory>

#include "exec/physical_plan.h"

namespace firesteel {

/// Reads all partitions of `plan`, which is prepared, one after the other in one task. Each is
/// opened when its turn comes, so that a reader that stops early leaves the rest unread.
std::unique_ptr<BatchReader> NewPartitionSequenceReader(const PhysicalPlan* plan,
                                                        ExecutionContext* execution);

}  // namespace firesteel
