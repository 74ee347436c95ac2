#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "checkpoint/checkpoint_file_manager.h"
#include "firesteel/types.h"

namespace firesteel {

/// What one store of a checkpoint holds at a version, all partitions together.
struct StateTable {
  Schema key_schema;
  Schema value_schema;
  /// Key columns followed by value columns.
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
};

/// Reads the default store of operator `operator_id` under `state_root` (…/state) at `version`, which
/// is the id of the last committed batch plus 1. Takes no lock and changes nothing. Errors: no such
/// operator, CANNOT_LOAD_STATE_STORE.*.
Result<StateTable> ReadStateTable(CheckpointFileManager* files, const std::string& state_root,
                                  int operator_id, int64_t version);

}  // namespace firesteel
