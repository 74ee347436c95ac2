#pragma once

#include <cstdint>
#include <string>

#include "firesteel/error.h"
#include "firesteel/types.h"

namespace firesteel {

struct ActivityDataOptions {
  int files = 40;
  int rows_per_file = 5000;
  uint64_t seed = 1;
};

/// The columns of the activity data: readings of phones' accelerometers and what their bearers did
/// (`gt`; some readings lack it).
Schema ActivitySchema();

/// One file's content: JSON lines. Equal arguments give equal bytes on every machine.
std::string ActivityFile(int file, const ActivityDataOptions& options);

/// Writes `activity-<n>.json` for every n, each whole or not at all. Files that exist are left as
/// they are, so a call that was interrupted can be repeated.
Status WriteActivityData(const std::string& directory, const ActivityDataOptions& options);

}  // namespace firesteel
