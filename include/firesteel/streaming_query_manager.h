#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "firesteel/streaming_query.h"

namespace firesteel {

/// The streaming queries of a session: Spark's `spark.streams`. Thread-safe.
class FIRESTEEL_EXPORT StreamingQueryManager {
 public:
  virtual ~StreamingQueryManager() = default;
  virtual std::vector<std::shared_ptr<StreamingQuery>> Active() const = 0;
  /// An active query by id, or nullptr.
  virtual std::shared_ptr<StreamingQuery> Get(std::string_view id) const = 0;
  /// Waits until any query that was active since the last ResetTerminated ends; returns its error
  /// if it failed. `timeout_ms` < 0 is for ever; false when the time passed.
  virtual Result<bool> AwaitAnyTermination(int64_t timeout_ms = -1) = 0;
  virtual void ResetTerminated() = 0;
};

}  // namespace firesteel
