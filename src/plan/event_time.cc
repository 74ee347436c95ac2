#include "plan/event_time.h"

#include <set>
#include <utility>

#include "common/error.h"
#include "nlohmann/json.hpp"

namespace firesteel {

namespace {

using MetadataJson = nlohmann::json;  // sorted keys, as Spark shows them

MetadataJson ParseMetadata(const std::string& metadata) {
  MetadataJson json = MetadataJson::parse(metadata, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : MetadataJson::object();
}

bool Mentions(const std::string& metadata, std::string_view key) {
  return metadata.find(key) != std::string::npos;
}

}  // namespace

std::optional<int64_t> WatermarkDelayMs(const std::string& metadata) {
  if (!Mentions(metadata, kWatermarkDelayKey)) return std::nullopt;
  const MetadataJson json = ParseMetadata(metadata);
  const auto found = json.find(std::string(kWatermarkDelayKey));
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<int64_t>();
}

std::string WithWatermarkDelay(const std::string& metadata, int64_t delay_ms) {
  MetadataJson json = ParseMetadata(metadata);
  json[std::string(kWatermarkDelayKey)] = delay_ms;
  return json.dump();
}

std::string WithoutWatermarkDelay(const std::string& metadata) {
  if (!Mentions(metadata, kWatermarkDelayKey)) return metadata;
  MetadataJson json = ParseMetadata(metadata);
  json.erase(std::string(kWatermarkDelayKey));
  return json.dump();
}

bool HasMetadataKey(const std::string& metadata, std::string_view key) {
  return Mentions(metadata, key) && ParseMetadata(metadata).contains(std::string(key));
}

std::string WithMetadataKey(const std::string& metadata, std::string_view key) {
  MetadataJson json = ParseMetadata(metadata);
  json[std::string(key)] = true;
  return json.dump();
}

Result<AttributePtr> EventTimeColumn(const std::vector<AttributePtr>& columns) {
  AttributePtr found;
  std::set<ExprId> ids;
  std::string names;
  for (const AttributePtr& column : columns) {
    if (!WatermarkDelayMs(*column) || !ids.insert(column->id()).second) continue;
    if (!found) found = column;
    names += (names.empty() ? "" : ",") + column->name();
  }
  if (ids.size() > 1) {
    return MakeError("MULTIPLE_EVENT_TIME_COLUMNS", {{"eventTimeCols", "(" + names + ")"}});
  }
  return found;
}

ExpressionPtr EventTimeOf(ExpressionPtr event_time) {
  if (event_time->type().id() != TypeId::kStruct) return event_time;
  const std::vector<StructField>& fields = event_time->type().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == "end") {
      return std::make_shared<GetField>(std::move(event_time), static_cast<int>(i));
    }
  }
  return event_time;
}

EventTimeWatermark::EventTimeWatermark(ExpressionPtr event_time, std::string delay, PlanPtr child)
    : EventTimeWatermark(std::move(event_time), std::move(delay), std::nullopt, NewExprId(),
                         std::move(child)) {}

EventTimeWatermark::EventTimeWatermark(ExpressionPtr event_time, std::string delay,
                                       int64_t delay_ms, int64_t node_id, PlanPtr child)
    : EventTimeWatermark(std::move(event_time), std::move(delay), std::optional<int64_t>(delay_ms),
                         node_id, std::move(child)) {}

EventTimeWatermark::EventTimeWatermark(ExpressionPtr event_time, std::string delay,
                                       std::optional<int64_t> delay_ms, int64_t node_id,
                                       PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      event_time_(std::move(event_time)),
      delay_(std::move(delay)),
      delay_ms_(delay_ms),
      node_id_(node_id) {}

std::vector<AttributePtr> EventTimeWatermark::output() const {
  std::vector<AttributePtr> output = child()->output();
  const auto* event_time = As<Attribute>(event_time_);
  for (AttributePtr& column : output) {
    if (event_time && delay_ms_ && column->id() == event_time->id()) {
      column = column->WithMetadata(WithWatermarkDelay(column->metadata(), *delay_ms_));
    } else if (WatermarkDelayMs(*column)) {
      column = column->WithMetadata(WithoutWatermarkDelay(column->metadata()));
    }
  }
  return output;
}

PlanPtr EventTimeWatermark::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return PlanPtr(new EventTimeWatermark(std::move(expressions[0]), delay_, delay_ms_, node_id_,
                                        child()));
}

PlanPtr EventTimeWatermark::WithNewChildren(std::vector<PlanPtr> children) const {
  return PlanPtr(
      new EventTimeWatermark(event_time_, delay_, delay_ms_, node_id_, std::move(children[0])));
}

std::string EventTimeWatermark::Describe() const {
  return "EventTimeWatermark " + event_time_->ToString() + ", " + delay_;
}

bool EventTimeWatermark::SelfResolved() const {
  return delay_ms_.has_value() && As<Attribute>(event_time_) != nullptr;
}

}  // namespace firesteel
