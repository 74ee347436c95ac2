#pragma once

#include <memory>

#include "connect/server/server_session.h"
#include "firesteel/connector/batch_sink.h"
#include "spark/connect/commands.pb.h"

namespace firesteel {

/// A sink whose work in another process can be given up; Interrupt comes from any thread, and
/// nothing is done after it.
class UserFunctionSink : public BatchSink {
 public:
  virtual void Interrupt() = 0;
};

/// The sink behind a client's foreachBatch: the function runs in a worker of its own, which lives
/// as long as the sink. Errors: UNSUPPORTED_CONNECT_MESSAGE for a function that is not Python's,
/// STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE.
Result<std::shared_ptr<UserFunctionSink>> NewForeachBatchFunctionSink(
    const spark::connect::StreamingForeachFunction& function,
    const std::shared_ptr<ServerSession>& session);

/// The sink behind foreach: each batch's partitions are given to the function one after another.
Result<std::shared_ptr<UserFunctionSink>> NewForeachFunctionSink(
    const spark::connect::StreamingForeachFunction& function,
    const std::shared_ptr<ServerSession>& session);

}  // namespace firesteel
