#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config.h"
#include "firesteel/connector/table.h"
#include "firesteel/output_mode.h"
#include "firesteel/trigger.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// All that a streaming query is started with; captured at start(), settings included.
struct StreamDefinition {
  PlanPtr analyzed_plan;
  OutputMode mode = OutputMode::kAppend;
  Trigger trigger;
  std::string name;                       ///< "" for none
  std::string checkpoint_directory;       ///< plain path; made if missing
  bool temporary_checkpoint = false;      ///< removed when the query ends without error
  std::shared_ptr<Table> sink;            ///< has kStreamingWrite; or
  std::shared_ptr<BatchSink> batch_sink;  ///< given directly (foreachBatch)
  /// Called, from any thread, when the query is asked to stop: ends what runs for it outside of the
  /// engine. May be null.
  std::function<void()> on_stop_requested;
  std::vector<std::string> partition_columns;  ///< of a file sink
  Config config;
};

}  // namespace firesteel
