#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "exec/event_time_watermark.h"

namespace firesteel {

/// What one withWatermark of the plan saw in a batch.
struct WatermarkObservation {
  int64_t node_id = 0;
  int64_t delay_ms = 0;
  EventTimeStatistics statistics;
};

/// The watermarks of a plan, without anything seen.
std::vector<WatermarkObservation> ListWatermarks(
    const std::vector<const EventTimeWatermarkOperator*>& operators);

/// What the watermarks of a plan saw in the run that `execution` was.
std::vector<WatermarkObservation> ObserveWatermarks(
    const std::vector<const EventTimeWatermarkOperator*>& operators,
    const ExecutionContext& execution);

/// Works out the watermark of a query: each withWatermark has one of its own, the greatest event
/// time seen less the delay, and the query's is the least of them (policy min) or the greatest
/// (max). It never goes back. Only the query's survives a restart: those of the single nodes start
/// at 1970 again, which holds the least one back until every node has seen rows, unless they are
/// restored. Used by the query's thread.
class WatermarkTracker {
 public:
  enum class Policy { kMin, kMax };
  /// `name` is the value of `spark.sql.streaming.multipleWatermarkPolicy`. Errors: another name.
  static Result<Policy> ParsePolicy(std::string_view name);

  WatermarkTracker() = default;
  WatermarkTracker(Policy policy, int64_t watermark_ms)
      : policy_(policy), watermark_ms_(watermark_ms) {}

  void Update(const std::vector<WatermarkObservation>& observations);
  /// Takes up what the nodes had seen in earlier runs. The query's watermark stays as it is until
  /// the next Update.
  void Restore(const std::vector<WatermarkObservation>& seen_before);
  int64_t watermark_ms() const { return watermark_ms_; }

 private:
  void UpdateNodes(const std::vector<WatermarkObservation>& observations);

  Policy policy_ = Policy::kMin;
  int64_t watermark_ms_ = 0;
  std::map<int64_t, int64_t> by_node_;  // node id -> its watermark
};

}  // namespace firesteel
