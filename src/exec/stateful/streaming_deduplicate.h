#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "exec/stateful/state_options.h"
#include "expr/expression.h"

namespace firesteel {

/// What dropDuplicates of a stream looks at.
struct PlannedDeduplicate {
  std::vector<int> keys;  ///< columns of the child
  /// By which rows come too late: a timestamp bound to the child; may be null.
  ExpressionPtr event_time = nullptr;
  /// Which of the keys (a position in `keys`) is the event time, so that the watermark ends keys.
  std::optional<int> event_time_key = std::nullopt;
  /// dropDuplicatesWithinWatermark: a key ends so long after the event time of its first row.
  std::optional<int64_t> expires_after_ms = std::nullopt;
};

/// Passes on the first row of each key that the state does not know, and keeps the key in the
/// state until the watermark ends it:
///
///   dedupe                 keys -> one void field
///   dedupeWithinWatermark  keys -> expiresAtMicros LONG
///
/// Rows are given out as they are read; the state is cleaned and committed when the reader is
/// drained. `child` must be exchanged by the keys.
Result<PhysicalPlanPtr> NewStreamingDeduplicate(PhysicalPlanPtr child, PlannedDeduplicate planned,
                                                StateOptions options);

}  // namespace firesteel
