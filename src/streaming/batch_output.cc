#include "streaming/batch_output.h"

#include <utility>

#include "streaming/batch_sink_output.h"
#include "streaming/streaming_write_output.h"

namespace firesteel {

std::unique_ptr<BatchOutput> BatchOutput::Make(StreamingSink sink, FailpointHook failpoint) {
  if (sink.write != nullptr) {
    return NewStreamingWriteOutput(std::move(sink.write), std::move(failpoint));
  }
  return NewBatchSinkOutput(std::move(sink.batch_sink), std::move(failpoint));
}

}  // namespace firesteel
