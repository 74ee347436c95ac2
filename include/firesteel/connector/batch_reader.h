#pragma once

#include <memory>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"
#include "firesteel/export.h"

namespace firesteel {

/// A pull iterator of columns: what scans, operators and formats give. Not thread-safe. Destroying
/// it ends the work and frees everything.
class FIRESTEEL_EXPORT BatchReader {
 public:
  virtual ~BatchReader() = default;
  /// The next batch, never an empty one; nullptr at the end. After an error or the end it is not
  /// called again.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

}  // namespace firesteel
