#include "streaming/watermark_tracker.h"

#include <algorithm>
#include <limits>

namespace firesteel {
namespace {

int64_t WatermarkOf(const WatermarkObservation& seen) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  return seen.statistics.max_ms < least + seen.delay_ms ? least
                                                        : seen.statistics.max_ms - seen.delay_ms;
}

}  // namespace

std::vector<WatermarkObservation> ListWatermarks(
    const std::vector<const EventTimeWatermarkOperator*>& operators) {
  std::vector<WatermarkObservation> watermarks;
  for (const EventTimeWatermarkOperator* watermark : operators) {
    watermarks.push_back({watermark->node_id(), watermark->delay_ms(), {}});
  }
  return watermarks;
}

std::vector<WatermarkObservation> ObserveWatermarks(
    const std::vector<const EventTimeWatermarkOperator*>& operators,
    const ExecutionContext& execution) {
  std::vector<WatermarkObservation> observations;
  for (const EventTimeWatermarkOperator* watermark : operators) {
    observations.push_back(
        {watermark->node_id(), watermark->delay_ms(), watermark->Statistics(execution)});
  }
  return observations;
}

Result<WatermarkTracker::Policy> WatermarkTracker::ParsePolicy(std::string_view name) {
  if (name == "min") return Policy::kMin;
  if (name == "max") return Policy::kMax;
  return Status::Invalid("spark.sql.streaming.multipleWatermarkPolicy is ", name,
                         ", which is neither min nor max.");
}

void WatermarkTracker::UpdateNodes(const std::vector<WatermarkObservation>& observations) {
  for (const WatermarkObservation& seen : observations) {
    const auto [node, is_new] = by_node_.emplace(seen.node_id, 0);
    if (seen.statistics.rows == 0) continue;
    const int64_t watermark_ms = WatermarkOf(seen);
    node->second = is_new ? watermark_ms : std::max(node->second, watermark_ms);
  }
}

void WatermarkTracker::Restore(const std::vector<WatermarkObservation>& seen_before) {
  UpdateNodes(seen_before);
}

void WatermarkTracker::Update(const std::vector<WatermarkObservation>& observations) {
  if (observations.empty()) return;
  UpdateNodes(observations);
  const auto by_value = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto [least, greatest] = std::minmax_element(by_node_.begin(), by_node_.end(), by_value);
  watermark_ms_ =
      std::max(watermark_ms_, policy_ == Policy::kMin ? least->second : greatest->second);
}

}  // namespace firesteel
