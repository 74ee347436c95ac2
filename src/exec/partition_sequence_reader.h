#pragma once

#include <memory>

#include "exec/physical_plan.h"

namespace firesteel {

/// Reads the partitions of `plan`, which is prepared, from `begin` to before `end`, one after the
/// other in one task. Each is opened when its turn comes, so that a reader that stops early leaves
/// the rest unread.
std::unique_ptr<BatchReader> NewPartitionSequenceReader(const PhysicalPlan* plan,
                                                        ExecutionContext* execution, int begin,
                                                        int end);
/// Reads all of them.
std::unique_ptr<BatchReader> NewPartitionSequenceReader(const PhysicalPlan* plan,
                                                        ExecutionContext* execution);

}  // namespace firesteel
