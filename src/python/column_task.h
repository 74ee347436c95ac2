#pragma once

#include <memory>

#include "python/worker_pool.h"

namespace firesteel {

/// Starts a task in a worker of the pool and gives what its functions give. Input is taken from
/// `source` when a function asks for it. A reader that is destroyed before its end gives the worker
/// a moment to leave its functions, and ends it otherwise.
Result<std::unique_ptr<BatchReader>> StartColumnTask(std::shared_ptr<WorkerPool> pool,
                                                     UserColumnTask task, UserFrameSource source);

}  // namespace firesteel
