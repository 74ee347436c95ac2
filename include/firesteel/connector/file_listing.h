#pragma once

#include <string>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

/// What a Scan implements besides when it reads files: `df.inputFiles()` asks for them.
class FileListing {
 public:
  virtual ~FileListing() = default;
  /// The files that a batch scan would read now, as URIs in no order.
  virtual Result<std::vector<std::string>> ListFiles() = 0;
};

}  // namespace firesteel
