#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exec/collect_metrics.h"
#include "exec/event_time_watermark.h"
#include "exec/physical_plan.h"
#include "exec/stateful/stateful_operator.h"
#include "streaming/pinned_settings.h"
#include "streaming/query_checkpoint.h"
#include "streaming/source_set.h"
#include "streaming/stream_definition.h"

namespace firesteel {

/// A query made ready for one run: planned once, its sources open. Batches differ only in what
/// BatchContext says.
struct PreparedQuery {
  PhysicalPlanPtr plan;
  std::vector<const StatefulOperator*> operators;  ///< by operator id, inside of `plan`
  std::vector<const EventTimeWatermarkOperator*> watermarks;  ///< inside of `plan`
  bool redefines_watermark = false;  ///< RedefinesWatermark of `plan`
  std::map<int64_t, std::string> watermark_names;           ///< by node id, see source_watermarks.h
  std::vector<const CollectMetricsOperator*> observations;  ///< inside of `plan`
  std::unique_ptr<SourceSet> sources;
  std::string physical_text;  ///< for explain()
  std::string all_text;       ///< the logical plans too
};

/// Optimizes the plan, opens one stream for each of its streaming tables in `sources/<i>`, and
/// plans it with the settings that the checkpoint fixes.
Result<PreparedQuery> PrepareQuery(const StreamDefinition& definition,
                                   const PinnedSettings& settings,
                                   const QueryCheckpoint& checkpoint);

}  // namespace firesteel
