#pragma once

#include <string>

#include "firesteel/error.h"
#include "tools/activity_data.h"

namespace firesteel {

struct DemoOptions {
  std::string directory = "build/demo";
  bool resume = false;
  ActivityDataOptions data;
};

/// Streams generated activity data, one file per batch, counts the readings of each activity in
/// complete mode to the console, and ends with the final table and totals. Data and checkpoint lie
/// in `directory`/data and `directory`/checkpoint; without `resume` both are made afresh. Errors: a
/// directory that holds something else, counts that do not add up to the rows written.
Status RunDemo(const DemoOptions& options);

}  // namespace firesteel
