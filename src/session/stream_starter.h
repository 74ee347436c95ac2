#pragma once

#include "catalog/catalog.h"
#include "common/config.h"
#include "session/session_backend.h"
#include "streaming/stream_definition.h"

namespace firesteel {

/// Turns what a DataStreamWriter asks for into a StreamDefinition: makes the sink's table, checks
/// it against the output mode, chooses the checkpoint directory. Used for one call.
struct StreamStarter {
  const Catalog* catalog = nullptr;
  const Config* config = nullptr;
  ConnectorContext connectors;

  /// Errors: WRITE_STREAM_NOT_ALLOWED, STREAMING_OUTPUT_MODE.*, DATA_SOURCE_NOT_FOUND, a missing
  /// query name or checkpoint location.
  Result<StreamDefinition> Define(const StreamStartRequest& request, const PlanPtr& analyzed) const;

 private:
  Status MakeSink(const StreamStartRequest& request, StreamDefinition* definition) const;
  Status ChooseCheckpoint(const StreamStartRequest& request, StreamDefinition* definition) const;
};

/// The plans of a query as text: the physical one, or with `extended` the logical ones before it.
Result<std::string> ExplainAnalyzed(const PlanPtr& parsed, const PlanPtr& analyzed, bool extended,
                                    const Config& config);

}  // namespace firesteel
