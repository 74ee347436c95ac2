#pragma once

#include <functional>
#include <optional>
#include <string>

#include "exec/physical_plan.h"
#include "exec/stateful/streaming_aggregate.h"
#include "firesteel/output_mode.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// What planning depends on.
struct PlanningContext {
  int shuffle_partitions = 1;
  /// Set for a streaming query.
  std::optional<OutputMode> output_mode;
  std::string state_compression_codec = "lz4";
  int64_t minimum_deltas_for_snapshot = 10;
  int64_t minimum_batches_to_retain = 100;
  /// Puts a LateRowKeeper in front of every operator that drops late rows.
  bool keep_late_rows = false;
};

/// Turns an optimized logical plan into operators: the only place that knows both. The strategies
/// are listed in planner.cc, one file per family. Stateful operators get their ids here, counted
/// from the sink towards the sources. Streaming scans must have their source index.
Result<PhysicalPlanPtr> PlanQuery(const PlanPtr& plan, const PlanningContext& context);

}  // namespace firesteel
