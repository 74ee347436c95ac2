#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "streaming/query_monitor.h"

namespace firesteel {

/// What a query does in its thread: micro-batches today. Made on the thread that starts the query,
/// then used and destroyed by the query's thread alone.
class StreamRun {
 public:
  virtual ~StreamRun() = default;
  /// Works until the query is over or `monitor`'s stop token is cancelled. An error ends the query
  /// as failed; after a stop request it only says that the work was given up.
  virtual Status Run(QueryMonitor* monitor) = 0;
};

/// A streaming query: its thread and its life. Knows nothing of batches. Thread-safe.
///
/// The thread keeps the query alive, so a handle may go at any time. Whoever holds the last one
/// joins the thread; the thread itself lets go of it.
class StreamExecution final : public StreamingQuery,
                              public std::enable_shared_from_this<StreamExecution> {
 public:
  struct Options {
    QueryIdentity identity;
    Clock* clock = nullptr;
    int64_t progress_retention = 100;
    int64_t stop_timeout_ms = 0;  ///< 0: for ever
    bool stop_gracefully = false;  ///< Stop lets the batch being run end, within the timeout
    std::shared_ptr<const ListenerBus> listeners;
    /// Called, from any thread, when the query has been asked to stop; may be null.
    std::function<void()> on_stop_requested = nullptr;
    /// Called on the query's thread when it is over, before those who wait for it are released.
    std::function<void(const StreamExecution&)> on_ended;
  };

  explicit StreamExecution(Options options);
  ~StreamExecution() override;

  /// Starts the thread. Once only.
  Status Start(std::unique_ptr<StreamRun> run);
  /// Waits until the thread is gone; on the thread itself it lets go of it instead.
  void Join();
  void RequestStop();
  /// Lets the batch being run end; returns at once.
  void RequestEnd() { monitor_.RequestEnd(); }

  std::string Id() const override { return monitor_.identity().id; }
  std::string RunId() const override { return monitor_.identity().run_id; }
  std::string Name() const override { return monitor_.identity().name; }
  bool IsActive() const override { return monitor_.active(); }
  StreamingQueryStatus GetStatus() const override { return monitor_.status(); }
  std::optional<StreamingQueryProgress> LastProgress() const override {
    return monitor_.LastProgress();
  }
  std::vector<StreamingQueryProgress> RecentProgress() const override {
    return monitor_.RecentProgress();
  }
  std::string Explain(bool extended) const override { return monitor_.PlanText(extended); }
  Status Stop() override;
  Result<bool> StopGracefully(int64_t timeout_ms) override;
  Status AwaitTermination() override;
  Result<bool> AwaitTermination(int64_t timeout_ms) override;
  Status ProcessAllAvailable() override;
  Status ProcessAllAvailable(const std::function<bool()>& give_up) override;
  Status Exception() const override { return monitor_.error(); }

 private:
  void RunThread(std::unique_ptr<StreamRun> run);
  void End(const Status& status);
  bool OnQueryThread() const;
  /// Errors when called by the query's own thread, which would wait for itself.
  Status CheckMayWait() const;

  const Options options_;
  QueryMonitor monitor_;
  std::atomic<std::thread::id> thread_id_{};

  std::mutex thread_mutex_;
  std::thread thread_;  // guarded by thread_mutex_
};

}  // namespace firesteel
