#pragma once

#include <memory>

#include "streaming/batch_output.h"

namespace firesteel {

/// Output through writers: each task writes its partition as it reads it and commits at its end;
/// then the sink commits all of them at once. Nothing is kept in memory.
std::unique_ptr<BatchOutput> NewStreamingWriteOutput(std::unique_ptr<StreamingWrite> write,
                                                     FailpointHook failpoint);

}  // namespace firesteel
