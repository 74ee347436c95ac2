#pragma once

#include <string>
#include <vector>

#include "exec/session_merger.h"
#include "exec/stateful/stateful_operator.h"
#include "exec/stateful/streaming_aggregate.h"

namespace firesteel {

/// Merges the sessions of a batch (keys, then buffers) with those in the state that they touch. The
/// state holds every session on its own, as Spark's does:
///
///   key    the other keys, sessionStartTime     (found by the other keys: a prefix)
///   value  the session, the other keys, the buffers
///
/// Append gives out and removes the sessions whose end the watermark has passed, complete gives all.
/// Rows whose own session has ended by the late watermark are dropped and counted. `child` must be
/// exchanged by the other keys, of which there is at least one. `options.event_time_key` is the
/// session, or -1 without a watermark.
Result<PhysicalPlanPtr> NewStreamingSessionAggregate(PhysicalPlanPtr child,
                                                     std::vector<StructField> key_fields,
                                                     SessionLayout layout, Schema schema,
                                                     StreamingAggregateOptions options);

}  // namespace firesteel
