#pragma once

#include <memory>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Format `rate-micro-batch`: so many rows in every batch, the same in every run. Options:
/// `rowsPerBatch` (must be given), `numPartitions` (the number of cores), `startTimestamp` (0,
/// milliseconds) of the first batch's rows, `advanceMillisPerBatch` (1000) from batch to batch. Its
/// offsets are {"offset":<rows so far>,"timestamp":<of the next batch>}.
std::shared_ptr<TableProvider> NewRateMicroBatchProvider();

}  // namespace firesteel
