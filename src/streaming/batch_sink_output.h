#pragma once

#include <memory>

#include "streaming/batch_output.h"

namespace firesteel {

/// Output through AddBatch. The plan runs once, before the call, into buffers that spill to disk
/// over the memory budget: the sink may read them as often as it likes, or not at all, and the
/// state is written either way.
std::unique_ptr<BatchOutput> NewBatchSinkOutput(std::shared_ptr<BatchSink> sink,
                                                FailpointHook failpoint);

}  // namespace firesteel
