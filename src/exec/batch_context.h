#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "firesteel/connector/source.h"
#include "state/state_store_coordinator.h"

namespace firesteel {

/// The rows that one source gives to one batch.
struct SourceBatch {
  MicroBatchStream* stream = nullptr;
  std::vector<std::shared_ptr<const InputPartition>> partitions;
};

/// The two watermarks of a stateful operator in a batch, in milliseconds: rows at or before
/// `late_ms` are dropped (the previous batch's watermark), state at or before `eviction_ms` is
/// removed.
struct OperatorWatermarks {
  int64_t late_ms = 0;
  int64_t eviction_ms = 0;
};

/// What a micro-batch is: everything that differs from one run of the plan to the next. Immutable
/// while the batch runs.
struct BatchContext {
  int64_t batch_id = 0;
  int64_t batch_timestamp_ms = 0;
  int64_t watermark_ms = 0;
  std::vector<SourceBatch> sources;             ///< by source index
  std::vector<OperatorWatermarks> watermarks;   ///< by stateful operator id
  StateStoreCoordinator* state_stores = nullptr;  ///< null in batch queries
  std::string state_root;                       ///< …/state

  /// The watermarks of a stateful operator; those of a query without any, if none are given.
  OperatorWatermarks WatermarksOf(int operator_id) const {
    const auto index = static_cast<size_t>(operator_id);
    return index < watermarks.size() ? watermarks[index] : OperatorWatermarks();
  }
};

}  // namespace firesteel
