#include "streaming/query_preparation.h"

#include <utility>

#include "common/config_keys.h"
#include "common/error.h"
#include "fmt/format.h"
#include "optimizer/optimizer.h"
#include "planner/planner.h"
#include "streaming/source_numbering.h"
#include "streaming/source_watermarks.h"
#include "streaming/watermark_propagation.h"

namespace firesteel {
namespace {

Result<std::unique_ptr<SourceSet>> OpenSources(const std::vector<std::shared_ptr<Table>>& tables,
                                               const std::vector<ScanRequest>& requests,
                                               const QueryCheckpoint& checkpoint) {
  std::vector<std::unique_ptr<MicroBatchStream>> streams;
  for (size_t i = 0; i < tables.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<Scan> scan, tables[i]->NewScan(requests[i]));
    ARROW_ASSIGN_OR_RAISE(
        std::unique_ptr<MicroBatchStream> stream,
        scan->ToMicroBatchStream(checkpoint.SourceDirectory(static_cast<int>(i))));
    streams.push_back(std::move(stream));
  }
  return std::make_unique<SourceSet>(std::move(streams));
}

PlanningContext MakePlanningContext(const StreamDefinition& definition,
                                    const PinnedSettings& settings) {
  PlanningContext context;
  context.shuffle_partitions = settings.shuffle_partitions();
  context.output_mode = definition.mode;
  context.state_compression_codec = settings.state_compression_codec();
  context.minimum_deltas_for_snapshot = definition.config.Get(config::kMinDeltasForSnapshot);
  context.minimum_batches_to_retain = definition.config.Get(config::kMinBatchesToRetain);
  context.keep_late_rows = !definition.config.Get(config::kLateRowsPath).empty();
  return context;
}

}  // namespace

Result<PreparedQuery> PrepareQuery(const StreamDefinition& definition,
                                   const PinnedSettings& settings,
                                   const QueryCheckpoint& checkpoint) {
  ARROW_ASSIGN_OR_RAISE(const NumberedPlan numbered, NumberSources(definition.analyzed_plan));
  if (numbered.tables.empty()) {
    return InternalError("A streaming query was started without a streaming source.");
  }
  ARROW_ASSIGN_OR_RAISE(const PlanPtr optimized, Optimize(numbered.plan));
  ARROW_ASSIGN_OR_RAISE(const SourceScans scans, UnifyScans(optimized, numbered.tables));
  PreparedQuery query;
  ARROW_ASSIGN_OR_RAISE(query.plan,
                        PlanQuery(scans.plan, MakePlanningContext(definition, settings)));
  query.operators = FindStatefulOperators(*query.plan);
  query.watermarks = FindEventTimeWatermarks(*query.plan);
  query.observations = FindObservations(*query.plan);
  query.redefines_watermark = RedefinesWatermark(*query.plan);
  query.watermark_names = NameWatermarks(scans.plan);
  if (!query.operators.empty()) ARROW_RETURN_NOT_OK(settings.CheckStateFormat());
  ARROW_ASSIGN_OR_RAISE(query.sources, OpenSources(numbered.tables, scans.requests, checkpoint));
  query.physical_text = "== Physical Plan ==\n" + query.plan->TreeString();
  query.all_text = fmt::format(
      "== Analyzed Logical Plan ==\n{}\n== Optimized Logical Plan ==\n{}\n{}",
      definition.analyzed_plan->TreeString(), scans.plan->TreeString(), query.physical_text);
  return query;
}

}  // namespace firesteel
