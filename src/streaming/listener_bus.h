#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "firesteel/streaming_query_progress.h"

namespace firesteel {

/// What a listener hears of a query. `exception` and `error_condition` are "" for a query that was
/// stopped or came to its end.
struct QueryStartedEvent {
  std::string id;
  std::string run_id;
  std::string name;
  std::string timestamp;
};
struct QueryIdleEvent {
  std::string id;
  std::string run_id;
  std::string timestamp;
};
struct QueryTerminatedEvent {
  std::string id;
  std::string run_id;
  std::string exception;
  std::string error_condition;
};

/// Hears of the queries of a session. Called from the queries' threads, OnStarted from the thread
/// that starts the query; what takes long must be handed to another thread.
class QueryListener {
 public:
  virtual ~QueryListener() = default;
  virtual void OnStarted(const QueryStartedEvent& /*event*/) {}
  virtual void OnProgress(const StreamingQueryProgress& /*progress*/) {}
  virtual void OnIdle(const QueryIdleEvent& /*event*/) {}
  virtual void OnTerminated(const QueryTerminatedEvent& /*event*/) {}
};

/// Passes events to the listeners, in the order in which they were added. Thread-safe; no lock is
/// held while a listener runs, so one that was just removed may hear one event more.
class ListenerBus {
 public:
  void Add(std::shared_ptr<QueryListener> listener);
  void Remove(const QueryListener* listener);

  void Post(const QueryStartedEvent& event) const;
  void Post(const StreamingQueryProgress& progress) const;
  void Post(const QueryIdleEvent& event) const;
  void Post(const QueryTerminatedEvent& event) const;

 private:
  std::vector<std::shared_ptr<QueryListener>> Listeners() const;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<QueryListener>> listeners_;  // guarded by mutex_
};

}  // namespace firesteel
