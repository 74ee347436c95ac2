#pragma once

#include <functional>
#include <string>
#include <vector>

#include "firesteel/dataframe.h"
#include "firesteel/session.h"
#include "firesteel/trigger.h"

namespace firesteel::testing {

/// How a query is started: what it reads and computes, and where its rows go.
struct RestartedQuery {
  std::function<DataFrame(Session&)> query;
  std::string mode = "append";
  /// foreachBatch, noop, or a file format; files go to `path`.
  std::string sink = "foreachBatch";
  std::string path = "/out";
  Trigger trigger = Trigger::AvailableNow();
};

/// What a query that starts again from its checkpoint may have changed since, and what it may not.
/// The numbers are those of the rules as restart_rules_test.cc counts them.
struct RestartRule {
  std::string rule;    ///< `R18`
  std::string change;  ///< in words
  RestartedQuery before;
  RestartedQuery after;
  bool allowed = true;
  /// Of a refusal: the condition that it names as its cause; "" where it has none.
  std::string condition = "";
};

/// The rules in order. Queries read the JSON files of /a and /b.
std::vector<RestartRule> AllRestartRules();

}  // namespace firesteel::testing
