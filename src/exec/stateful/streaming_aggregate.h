#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "exec/operators.h"
#include "exec/stateful/stateful_operator.h"
#include "firesteel/output_mode.h"

namespace firesteel {

/// How the state of an aggregation is written; pinned by the checkpoint.
struct StreamingAggregateOptions {
  int operator_id = 0;
  int shuffle_partitions = 0;
  OutputMode mode = OutputMode::kUpdate;
  /// Which key is the event time: a timestamp or a window. -1: none, the state is kept for ever.
  int event_time_key = -1;
  std::string compression_codec = "lz4";
  int64_t minimum_deltas_for_snapshot = 10;
  int64_t minimum_batches_to_retain = 100;
};

/// Merges the partial rows of a batch (keys, then buffers) into the state of earlier batches and
/// gives keys and results: of the keys that changed (update), of all keys (complete), or of those
/// that the watermark has passed and that leave the state for that reason (append). State key = the
/// keys, value = the buffers (Spark's aggregation state format 2). A global aggregation has one
/// partition and one row of zero bytes as its key, and gives a row in every batch.
/// In append and update mode groups at or before the late watermark are dropped and counted, once
/// per group, partition and batch, and groups at or before the eviction watermark are removed.
/// Per partition and batch: one batched look-up, one batched put, one commit; the commit happens
/// when the reader is drained. `child` must be exchanged by the keys. Append needs an event-time
/// key.
Result<PhysicalPlanPtr> NewStreamingAggregate(PhysicalPlanPtr child,
                                              std::vector<StructField> key_fields,
                                              std::vector<PlannedAggregate> aggregates,
                                              Schema schema, StreamingAggregateOptions options);

}  // namespace firesteel
