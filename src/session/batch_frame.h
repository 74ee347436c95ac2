#pragma once

#include <functional>
#include <memory>

#include "firesteel/connector/batch_sink.h"
#include "firesteel/dataframe.h"

namespace firesteel {

/// Makes the sink behind ForeachBatch: each batch becomes a DataFrame of the session `backend` and
/// is given to `function`. The DataFrame can be read any number of times while the call runs; used
/// later it gives an error.
std::shared_ptr<BatchSink> NewForeachBatchSink(
    std::weak_ptr<SessionBackend> backend,
    std::function<Status(const DataFrame& batch, int64_t batch_id)> function);

}  // namespace firesteel
