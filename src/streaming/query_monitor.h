#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/cancellation.h"
#include "common/clock.h"
#include "firesteel/streaming_query.h"
#include "streaming/listener_bus.h"
#include "streaming/state_explanation.h"
#include "streaming/wake_signal.h"

namespace firesteel {

/// Who a query is, for as long as it runs.
struct QueryIdentity {
  std::string id;
  std::string run_id;
  std::string name;  ///< "" for none
};

/// What the outside sees of a running query and how it reaches it: status, progress reports,
/// waiting for an end or for all data, the request to stop. Thread-safe.
class QueryMonitor {
 public:
  /// `progress_retention` is spark.sql.streaming.numRecentProgressUpdates.
  QueryMonitor(QueryIdentity identity, Clock* clock, int64_t progress_retention,
               const ListenerBus* listeners);

  const QueryIdentity& identity() const { return identity_; }
  /// Cancelled when what runs is to be given up.
  const CancellationToken& stop_token() const { return stop_token_; }
  /// Cancelled when no further batch is to begin; with stop_token at the latest.
  const CancellationToken& end_token() const { return end_token_; }
  /// Shared because a source may call its waker until it is gone.
  const std::shared_ptr<WakeSignal>& wake() const { return wake_; }

  // Called by the query's own thread.
  void SetMessage(std::string message);
  void SetDataAvailable(bool available);
  void SetPlans(std::string physical, std::string all);
  /// What explain tells of the state from now on.
  void SetState(std::vector<StateExplanation> state);
  void BeginTrigger();
  /// `idle`: the trigger found nothing to do.
  void EndTrigger(bool idle);
  void AddProgress(StreamingQueryProgress progress);
  /// Keeps the report of a trigger that found nothing; `event` tells the listeners too.
  void AddIdleProgress(StreamingQueryProgress progress, bool event);
  /// The query is over: it no longer counts as active. OK for one that was stopped or came to its
  /// end.
  void SetEnded(const Status& error);
  /// Lets go everyone who waits for the end; the last thing a query does.
  void ReleaseWaiters();

  // Called from any thread.
  bool active() const;
  StreamingQueryStatus status() const;
  std::vector<StreamingQueryProgress> RecentProgress() const;
  std::optional<StreamingQueryProgress> LastProgress() const;
  std::string PlanText(bool extended) const;
  Status error() const;
  /// Asks the query to give up what it does and to end; returns at once.
  void RequestStop();
  /// Asks the query to end once the batch being run is committed; returns at once.
  void RequestEnd();
  /// Waits for ReleaseWaiters; false when `timeout_ms` passed first, < 0 is for ever. The query's
  /// own clock has no say in it: a caller's patience is real time.
  bool WaitForEnd(int64_t timeout_ms) const;
  /// Waits for a trigger that began after this call and found nothing to do, or for the end, or
  /// until `give_up`, which is asked every 100 ms; null never gives up.
  void WaitForIdleTrigger(const std::function<bool()>& give_up = nullptr);

 private:
  void KeepProgress(const StreamingQueryProgress& progress);

  const QueryIdentity identity_;
  const int64_t progress_retention_;
  const ListenerBus* listeners_;
  CancellationToken stop_token_;
  CancellationToken end_token_;
  const std::shared_ptr<WakeSignal> wake_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // All below guarded by mutex_.
  StreamingQueryStatus status_;
  std::deque<StreamingQueryProgress> progress_;
  std::string physical_plan_;
  std::string all_plans_;
  std::vector<StateExplanation> state_;
  int64_t triggers_begun_ = 0;
  int64_t last_idle_trigger_ = 0;
  bool active_ = true;
  bool released_ = false;
  Status error_;
};

}  // namespace firesteel
