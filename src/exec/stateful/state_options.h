#pragma once

#include <cstdint>
#include <string>

#include "exec/stateful/stateful_operator.h"
#include "state/state_store.h"

namespace firesteel {

/// How an operator's state is numbered and written; pinned by the checkpoint.
struct StateOptions {
  int operator_id = 0;
  int shuffle_partitions = 0;
  std::string compression_codec = "lz4";
  int64_t minimum_deltas_for_snapshot = 10;
  int64_t minimum_batches_to_retain = 100;

  /// The options of one of the operator's stores.
  StateStoreOptions OfStore(const StatefulOperatorInfo::Store& store) const {
    StateStoreOptions options;
    options.key_schema = store.key_schema;
    options.value_schema = store.value_schema;
    options.prefix_columns = store.prefix_columns;
    options.compression_codec = compression_codec;
    options.minimum_deltas_for_snapshot = minimum_deltas_for_snapshot;
    options.minimum_batches_to_retain = minimum_batches_to_retain;
    return options;
  }
};

}  // namespace firesteel
