#pragma once

#include <memory>
#include <string>

#include "firesteel/streaming_query_manager.h"
#include "streaming/listener_bus.h"
#include "streaming/stream_definition.h"
#include "streaming/streaming_services.h"

namespace firesteel {

/// Starts queries and knows them: one per session. Destroying it stops all its queries.
class LocalStreamingQueryManager : public StreamingQueryManager {
 public:
  static std::shared_ptr<LocalStreamingQueryManager> Make(const StreamingServices* services);

  /// Checks the plan against the mode, takes the checkpoint's lock, reads or writes its metadata,
  /// and starts the query's thread. Errors: the checks', a name or checkpoint that is in use
  /// (CONCURRENT_QUERY…), an unreadable checkpoint. What goes wrong in the query's own thread ends
  /// it as STREAM_FAILED.
  virtual Result<std::shared_ptr<StreamingQuery>> Start(StreamDefinition definition) = 0;
  /// Where to hear of all queries of this session.
  virtual ListenerBus* listeners() = 0;
};

}  // namespace firesteel
