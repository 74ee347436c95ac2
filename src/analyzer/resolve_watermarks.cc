#include <optional>
#include <string>
#include <utility>

#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/event_time.h"
#include "plan/operators.h"
#include "types/datetime.h"
#include "types/interval.h"

namespace firesteel {

namespace {

constexpr int64_t kDaysPerMonth = 31;

bool IsEventTimeType(const DataType& type) {
  if (type.id() == TypeId::kTimestamp) return true;
  if (type.id() != TypeId::kStruct) return false;
  for (const StructField& field : type.fields()) {
    if (field.name == "end") return field.type.id() == TypeId::kTimestamp;
  }
  return false;
}

/// Errors: a delay that is none, or a negative one.
Result<int64_t> DelayMs(const std::string& delay) {
  const std::optional<CalendarInterval> interval = ParseCalendarInterval(delay);
  if (!interval) {
    return MakeError("CANNOT_PARSE_INTERVAL", {{"intervalString", "'" + delay + "'"}});
  }
  const __int128 days =
      static_cast<__int128>(interval->months) * kDaysPerMonth + interval->days;
  const __int128 micros = days * kMicrosPerDay + interval->micros;
  if (micros < 0) {
    return Status::Invalid("requirement failed: delay threshold (", delay,
                           ") should not be negative.");
  }
  return static_cast<int64_t>(micros / kMicrosPerMillisecond);
}

}  // namespace

Result<PlanPtr> ResolveWatermarks(const PlanPtr& node, Resolver*) {
  const auto* watermark = As<EventTimeWatermark>(node);
  if (watermark == nullptr) return node;
  // Rows of a batch query are never late.
  ARROW_ASSIGN_OR_RAISE(const int64_t delay_ms, DelayMs(watermark->delay()));
  const PlanPtr& child = node->child();
  const ExpressionPtr& event_time = watermark->event_time();
  if (!event_time->resolved()) {
    return child->is_streaming() || As<Alias>(event_time) ? node : child;
  }
  if (const auto* named = As<Alias>(event_time)) {
    // WATERMARK f(x) AS t: the column is computed first.
    std::vector<ExpressionPtr> list{event_time};
    for (const AttributePtr& column : child->output()) list.push_back(column);
    return PlanPtr(std::make_shared<EventTimeWatermark>(
        named->ToAttribute(), watermark->delay(),
        std::make_shared<Project>(std::move(list), child)));
  }
  if (As<Attribute>(event_time) == nullptr) {
    return MakeError("REQUIRES_EXPLICIT_NAME_IN_WATERMARK_CLAUSE",
                     {{"sqlExpr", event_time->Sql() + " AS `" + event_time->Sql() + "`"}});
  }
  if (!child->is_streaming()) return child;
  if (!IsEventTimeType(event_time->type())) {
    return MakeError("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE",
                     {{"eventName", "`" + As<Attribute>(event_time)->name() + "`"},
                      {"eventType", "\"" + event_time->type().Sql() + "\""}});
  }
  if (watermark->delay_ms()) return node;
  return PlanPtr(std::make_shared<EventTimeWatermark>(event_time, watermark->delay(), delay_ms,
                                                      watermark->node_id(), child));
}

}  // namespace firesteel
