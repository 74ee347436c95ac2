#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firesteel/error.h"
#include "firesteel/export.h"
#include "firesteel/streaming_query_progress.h"

namespace firesteel {

struct StreamingQueryStatus {
  std::string message;            ///< "Waiting for data to arrive", "Processing new data", …
  bool is_data_available = false;
  bool is_trigger_active = false;
};

/// A handle of a running (or ended) streaming query. Thread-safe. The query runs on until it is
/// stopped, fails, or its trigger ends it, whether or not the handle lives.
class FIRESTEEL_EXPORT StreamingQuery {
 public:
  virtual ~StreamingQuery() = default;

  virtual std::string Id() const = 0;     ///< the same over restarts from one checkpoint
  virtual std::string RunId() const = 0;  ///< new at every start
  virtual std::string Name() const = 0;   ///< "" for none
  virtual bool IsActive() const = 0;
  virtual StreamingQueryStatus GetStatus() const = 0;
  virtual std::optional<StreamingQueryProgress> LastProgress() const = 0;
  virtual std::vector<StreamingQueryProgress> RecentProgress() const = 0;
  /// The plan the query runs and, for each operator with state, its watermark, keys and bytes; with
  /// `extended` the logical plans and more about the state too.
  virtual std::string Explain(bool extended = false) const = 0;
  /// Ends the query: the batch being run is given up and will be run again by the next start.
  /// Waits until it has ended.
  virtual Status Stop() = 0;
  /// Lets the query end in good order: the batch being run is finished and committed, and no other
  /// begins. Waits for that at most `timeout_ms`, for ever when it is negative; false when the
  /// query still runs, which it then does no longer than to the end of its batch. Stop may follow
  /// at any time. Called by the query itself (foreachBatch) it returns false at once.
  virtual Result<bool> StopGracefully(int64_t timeout_ms = -1) = 0;
  /// Waits until the query ends. Returns its error if it failed (STREAM_FAILED).
  virtual Status AwaitTermination() = 0;
  /// As above for at most `timeout_ms`; false when the query still runs.
  virtual Result<bool> AwaitTermination(int64_t timeout_ms) = 0;
  /// Waits until all data that is there now has been processed. For tests. Returns the query's
  /// error if it fails meanwhile.
  virtual Status ProcessAllAvailable() = 0;
  /// As above; asks `give_up` every 100 ms and returns OK, early, once it says true.
  virtual Status ProcessAllAvailable(const std::function<bool()>& give_up) = 0;
  /// The error that ended the query; OK while it runs or when it was stopped.
  virtual Status Exception() const = 0;
};

}  // namespace firesteel
