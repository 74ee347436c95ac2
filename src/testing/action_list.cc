#include "testing/action_list.h"

#include <algorithm>

namespace firesteel::testing {
namespace {

constexpr size_t kMaxRowsShown = 10;

std::string RowTexts(const std::vector<Row>& rows) {
  std::string text;
  for (size_t i = 0; i < std::min(rows.size(), kMaxRowsShown); ++i) {
    text += (i == 0 ? "" : " ") + rows[i].ToString();
  }
  if (rows.size() > kMaxRowsShown) text += " … (" + std::to_string(rows.size()) + " rows)";
  return text.empty() ? "no rows" : text;
}

std::string TriggerText(const Trigger& trigger) {
  switch (trigger.kind()) {
    case Trigger::Kind::kOnce:
      return "once";
    case Trigger::Kind::kAvailableNow:
      return "available now";
    case Trigger::Kind::kProcessingTime:
      break;
  }
  return trigger.interval_ms() == 0 ? "" : "every " + std::to_string(trigger.interval_ms()) + " ms";
}

struct Describer {
  std::string operator()(const AddDataAction& action) const {
    const std::string input =
        action.input == 0 ? "" : "input " + std::to_string(action.input) + ": ";
    return "AddData(" + input + RowTexts(action.rows) + ")";
  }
  std::string operator()(const CheckAction& action) const {
    return (action.only_new ? "CheckNewAnswer(" : "CheckAnswer(") + RowTexts(action.rows) + ")";
  }
  std::string operator()(const StartAction& action) const {
    return "StartStream(" + TriggerText(action.trigger) + ")";
  }
  std::string operator()(const StopAction&) const { return "StopStream()"; }
  std::string operator()(const CrashAction& action) const {
    return "CrashStream(" + action.point + ")";
  }
  std::string operator()(const AdvanceClockAction& action) const {
    return "AdvanceManualClock(" + std::to_string(action.milliseconds) + ")";
  }
  std::string operator()(const SetConfigAction& action) const {
    return "SetConfig(" + action.name + "=" + action.value + ")";
  }
  std::string operator()(const AssertStateRowsAction& action) const {
    return "AssertStateRows(" + std::to_string(action.total) + ", " +
           std::to_string(action.updated) + ")";
  }
  std::string operator()(const AssertWatermarkAction& action) const {
    return "AssertWatermark(" + std::to_string(action.watermark_ms) + ")";
  }
  std::string operator()(const AssertProgressAction&) const { return "AssertProgress(…)"; }
  std::string operator()(const ExpectFailureAction& action) const {
    return "ExpectFailure(" + action.condition + ")";
  }
};

}  // namespace

std::string Describe(const Action& action) { return std::visit(Describer(), action); }

std::string Describe(const ActionList& list, size_t at) {
  std::string text;
  for (size_t i = 0; i < list.actions.size(); ++i) {
    text += (i == at ? "  => " : "     ") + Describe(list.actions[i]) + "\n";
  }
  return text;
}

}  // namespace firesteel::testing
