#pragma once

#include "firesteel/connector/user_function.h"
#include "python/worker_pool.h"

namespace firesteel {

/// Calls the static method `analyze` of a table function in a worker of the pool. Errors:
/// TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON, PYTHON_WORKER_FAILED.
Result<UserTableAnalysis> AnalyzeTableFunction(WorkerPool* pool, const UserColumnFunction& function,
                                               const UserTableRequest& request);

}  // namespace firesteel
