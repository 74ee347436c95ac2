#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "firesteel/dataframe.h"
#include "firesteel/output_mode.h"
#include "firesteel/row.h"
#include "firesteel/streaming_query_progress.h"
#include "firesteel/trigger.h"

namespace firesteel::testing {

// The actions of a TestStream, one struct each; see firesteel/testing.h for what they mean.
struct AddDataAction {
  std::vector<Row> rows;
  int input = 0;
};
struct CheckAction {
  std::vector<Row> rows;
  bool only_new = false;
};
struct StartAction {
  Trigger trigger;
};
struct StopAction {};
struct CrashAction {
  std::string point;
};
struct AdvanceClockAction {
  int64_t milliseconds = 0;
};
struct SetConfigAction {
  std::string name;
  std::string value;
};
struct AssertStateRowsAction {
  int64_t total = 0;
  int64_t updated = 0;
};
struct AssertWatermarkAction {
  int64_t watermark_ms = 0;
};
struct AssertProgressAction {
  std::function<Status(const StreamingQueryProgress&)> check;
};
struct ExpectFailureAction {
  std::string condition;
};
using Action = std::variant<AddDataAction, CheckAction, StartAction, StopAction, CrashAction,
                            AdvanceClockAction, SetConfigAction, AssertStateRowsAction,
                            AssertWatermarkAction, AssertProgressAction, ExpectFailureAction>;

/// The action as one line, for error messages.
std::string Describe(const Action& action);

/// A query and what happens to it.
struct ActionList {
  std::string name;
  std::vector<Schema> inputs;
  OutputMode mode = OutputMode::kAppend;
  std::function<DataFrame(const std::vector<DataFrame>&)> query;
  int key_columns = 1;
  std::map<std::string, std::string> settings;
  std::vector<Action> actions;
};

/// The list, one action per line, with an arrow at action number `at` (none if out of range).
std::string Describe(const ActionList& list, size_t at);

}  // namespace firesteel::testing
