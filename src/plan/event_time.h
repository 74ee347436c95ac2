#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

// How a plan knows which of its columns is the event time: by a mark in the column's metadata, as
// in Spark. The node below sets it; projections and aggregations pass it on with the column.

/// The mark's key: the delay in milliseconds.
inline constexpr std::string_view kWatermarkDelayKey = "spark.watermarkDelayMs";
/// Marks the structs that window() and session_window() give.
inline constexpr std::string_view kTimeWindowKey = "spark.timeWindow";
inline constexpr std::string_view kSessionWindowKey = "spark.sessionWindow";

/// The delay of the watermark on a column with this metadata; nullopt for any other column.
std::optional<int64_t> WatermarkDelayMs(const std::string& metadata);
inline std::optional<int64_t> WatermarkDelayMs(const Attribute& column) {
  return WatermarkDelayMs(column.metadata());
}
/// The metadata with the mark set, or taken away.
std::string WithWatermarkDelay(const std::string& metadata, int64_t delay_ms);
std::string WithoutWatermarkDelay(const std::string& metadata);
/// Whether the metadata has `key`; the metadata with `key` set to true.
bool HasMetadataKey(const std::string& metadata, std::string_view key);
std::string WithMetadataKey(const std::string& metadata, std::string_view key);

/// The event-time column among `columns`; nullptr when there is none. Errors:
/// MULTIPLE_EVENT_TIME_COLUMNS when there are several (the same one twice is fine).
Result<AttributePtr> EventTimeColumn(const std::vector<AttributePtr>& columns);
inline Result<AttributePtr> EventTimeColumn(const LogicalPlan& plan) {
  return EventTimeColumn(plan.output());
}

/// The same as a value of a row: the time itself or, of a window, its end. `event_time` has one of
/// these types. What is at or before a watermark by this value is late, or to be removed.
ExpressionPtr EventTimeOf(ExpressionPtr event_time);

/// withWatermark(event time, delay): rows come later than `delay` at most. Passes its rows on and
/// marks the event-time column; no other column keeps a mark. Unresolved until analysis has read
/// the delay; `event_time` is an attribute then. In a batch query analysis removes it.
class EventTimeWatermark final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kEventTimeWatermark;
  /// `delay` as the user wrote it: `10 minutes`.
  EventTimeWatermark(ExpressionPtr event_time, std::string delay, PlanPtr child);
  /// `node_id` stays the same through all rewrites: a watermark that occurs twice in a plan (a
  /// stream joined with itself) is one.
  EventTimeWatermark(ExpressionPtr event_time, std::string delay, int64_t delay_ms, int64_t node_id,
                     PlanPtr child);
  const ExpressionPtr& event_time() const { return event_time_; }
  const std::string& delay() const { return delay_; }
  /// Nothing before analysis.
  const std::optional<int64_t>& delay_ms() const { return delay_ms_; }
  int64_t node_id() const { return node_id_; }
  std::vector<AttributePtr> output() const override;
  std::vector<ExpressionPtr> expressions() const override { return {event_time_}; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override;

 private:
  EventTimeWatermark(ExpressionPtr event_time, std::string delay, std::optional<int64_t> delay_ms,
                     int64_t node_id, PlanPtr child);

  ExpressionPtr event_time_;
  std::string delay_;
  std::optional<int64_t> delay_ms_;
  int64_t node_id_;
};

}  // namespace firesteel
