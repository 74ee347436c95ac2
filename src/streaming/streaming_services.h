#pragma once

#include <functional>
#include <string_view>

#include "exec/execution_context.h"

namespace firesteel {

/// What a streaming query needs of the process. Lives longer than every query.
struct StreamingServices {
  ExecutionServices execution;  ///< clock, env and threads included
  /// Called at the named points between two durable steps of a batch (see failpoints.h). An error
  /// ends the query there as a kill would: nothing after it runs, nothing is cleaned up. Null
  /// outside of tests.
  std::function<Status(std::string_view point)> failpoint;
};

}  // namespace firesteel
