#pragma once

#include <optional>
#include <string>

#include "checkpoint/checkpoint_file_manager.h"

namespace firesteel {

/// `metadata` in the checkpoint: `{"id":"<uuid>"}`, the query's id over all its runs.
struct StreamMetadata {
  std::string id;

  static Result<std::optional<StreamMetadata>> Read(CheckpointFileManager* files,
                                                    const std::string& path);
  Status Write(CheckpointFileManager* files, const std::string& path) const;
};

}  // namespace firesteel
