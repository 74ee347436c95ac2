#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "streaming/stream_execution.h"

namespace firesteel {

/// The queries of a session: those that run, and those that ended and whose threads are still to be
/// joined. Shared with the queries, which outlive the manager when their handles do. Thread-safe.
class QueryRegistry {
 public:
  void Add(std::shared_ptr<StreamExecution> query);
  /// Called by a query that is over.
  void OnEnded(const StreamExecution& query);
  /// Takes out a query that never ran.
  void Remove(const StreamExecution& query);
  /// Joins the threads of ended queries.
  void Reap();
  /// Stops everything and waits for it.
  void StopAll();

  std::vector<std::shared_ptr<StreamExecution>> Active() const;
  std::shared_ptr<StreamExecution> FindActive(std::string_view id) const;
  bool HasActiveName(std::string_view name) const;
  /// Waits for a query to end, or one that did since the last reset; see StreamingQueryManager.
  Result<bool> AwaitAnyTermination(int64_t timeout_ms);
  void ResetTerminated();

 private:
  std::shared_ptr<StreamExecution> Take(const StreamExecution& query);

  mutable std::mutex mutex_;
  std::condition_variable ended_one_;
  // All below guarded by mutex_.
  std::vector<std::shared_ptr<StreamExecution>> active_;
  std::vector<std::shared_ptr<StreamExecution>> ended_;  // threads not joined yet
  std::optional<Status> last_end_;  // of a query since the last reset; a failure stays
};

}  // namespace firesteel
