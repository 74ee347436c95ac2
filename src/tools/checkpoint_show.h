#pragma once

#include <string>

#include "tools/checkpoint_contents.h"

namespace firesteel {

struct CheckpointShowOptions {
  std::string directory;
  bool json = false;
  int rows = 20;  ///< of each store, batches and lines of each source's log, in text
};

/// Prints what a checkpoint holds to the standard output and what cannot be read to the standard
/// error. Returns the exit status: 1 when something could not be read.
int ShowCheckpoint(const CheckpointShowOptions& options);

/// The contents for people; at most `rows` of everything.
Result<std::string> CheckpointText(const CheckpointContents& contents, int rows);

/// All of the contents as one JSON object.
std::string CheckpointJson(const CheckpointContents& contents);

}  // namespace firesteel
