#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "exec/physical_plan.h"

namespace firesteel {

/// Ties the input of a recursion to it: in each run of the step it stands for the rows of the one
/// before. Immutable; its address is the key.
struct RecursionLink {};

struct PlannedRecursion {
  std::shared_ptr<const RecursionLink> link;
  int64_t maximum_level = 0;
  std::optional<int64_t> limit;  ///< so many rows are enough
};

/// The rows that the last step gave, in one partition.
Result<PhysicalPlanPtr> NewRecursionInput(Schema schema,
                                          std::shared_ptr<const RecursionLink> link);
/// The rows of `first`, then those of `step` over them, and so on until it gives none. All of it is
/// computed when the run is prepared, each step as a run of its own, and held in memory. Errors:
/// RECURSION_LEVEL_LIMIT_EXCEEDED, RECURSION_ROW_LIMIT_EXCEEDED.
Result<PhysicalPlanPtr> NewRecursion(PhysicalPlanPtr first, PhysicalPlanPtr step,
                                     PlannedRecursion recursion, Schema schema);

}  // namespace firesteel
