#pragma once

#include "catalog/catalog.h"
#include "common/config.h"
#include "exec/execution_context.h"
#include "session/session_backend.h"

namespace firesteel {

/// Writes the rows of a batch query to a table, once. Used for one call.
struct BatchWriter {
  const Catalog* catalog = nullptr;
  const Config* config = nullptr;
  ConnectorContext connectors;
  ExecutionServices services;

  /// Errors: CALL_ON_STREAMING_DATASET_UNSUPPORTED, DATA_SOURCE_NOT_FOUND, a format that cannot be
  /// written, UNSUPPORTED_OVERWRITE.PATH, what the table says to what is there.
  Status Write(const BatchWriteRequest& request, const PlanPtr& analyzed) const;
};

}  // namespace firesteel
