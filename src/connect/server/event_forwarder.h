#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "streaming/listener_bus.h"

namespace firesteel {

/// Keeps what happens to a session's queries, as JSON, until it is taken to the client's listeners.
/// Starts are taken one by one, by whoever started the query. Thread-safe.
class EventForwarder final : public QueryListener {
 public:
  enum class Kind { kProgress, kTerminated, kIdle };
  struct Event {
    Kind kind;
    std::string json;
  };

  void OnStarted(const QueryStartedEvent& event) override;
  void OnProgress(const StreamingQueryProgress& progress) override;
  void OnIdle(const QueryIdleEvent& event) override;
  void OnTerminated(const QueryTerminatedEvent& event) override;

  /// The start of a run, once.
  std::optional<std::string> TakeStarted(const std::string& run_id);
  /// Waits for events; none when `patience` has passed, nullopt after Close.
  std::optional<std::vector<Event>> Take(std::chrono::milliseconds patience);
  /// What was not taken is dropped, as Spark drops the events of a listener that was removed:
  /// PySpark's removeListener would wait for ever for a thread that still has events to hand out.
  void Close();

 private:
  void Push(Kind kind, std::string json);

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::map<std::string, std::string> started_;  // JSON by run
  std::deque<Event> events_;
  bool closed_ = false;
};

}  // namespace firesteel
