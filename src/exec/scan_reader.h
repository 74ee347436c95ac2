#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "exec/physical_plan.h"
#include "firesteel/connector/source.h"

namespace firesteel {

/// Opens a connector's reader for one task: gives it what it may know of the task, adds the rows it
/// counts to `input_rows` (may be null), and checks that its batches have `schema`'s columns. The
/// reader sets the task's input file.
Result<std::unique_ptr<BatchReader>> OpenScanReader(
    const std::function<Result<std::unique_ptr<BatchReader>>(const ReadContext&)>& open,
    const std::shared_ptr<arrow::Schema>& schema, int partition, TaskContext* task,
    std::atomic<int64_t>* input_rows);

}  // namespace firesteel
