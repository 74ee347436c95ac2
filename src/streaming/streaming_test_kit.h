#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "firesteel/connector/table.h"
#include "streaming/streaming_query_manager_impl.h"

// What the tests of this folder run queries with: a source that is a list of numbers, sinks that
// remember, a clock that stands still.
namespace firesteel {

/// A clock that moves only when told to. Thread-safe.
class StandingClock final : public Clock {
 public:
  explicit StandingClock(int64_t now_ms) : now_ms_(now_ms) {}

  int64_t NowMs() const override;
  int64_t NowMicros() const override { return NowMs() * 1000; }
  int64_t MonotonicNanos() const override { return NowMs() * 1'000'000; }
  int64_t WaitUntilMs(int64_t deadline_ms, const std::atomic<bool>& interrupted) override;
  void WakeAll() override;

  void Advance(int64_t by_ms);
  /// Blocks until a thread waits on this clock for a point later than `deadline_ms`.
  void AwaitWaiterPast(int64_t deadline_ms);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int64_t now_ms_;                       // guarded by mutex_
  std::multimap<int64_t, int> waiting_;  // deadlines; guarded by mutex_
};

/// A streaming table of one BIGINT column `value`; its offset is the number of rows. Outlives the
/// runs of the queries that read it, as a real source's data do. Thread-safe.
class NumberTable final : public Table, public std::enable_shared_from_this<NumberTable> {
 public:
  NumberTable();

  void Add(const std::vector<int64_t>& numbers);
  /// At most so many rows per batch; 0 is no limit.
  void set_rows_per_batch(int64_t rows) { rows_per_batch_ = rows; }
  /// Whether streams tell when there is data.
  void set_wakes(bool wakes) { wakes_ = wakes; }
  /// Makes readers wait in the middle of a batch until they are cancelled.
  void set_hangs(bool hangs) { hangs_ = hangs; }
  /// Blocks until a reader hangs.
  void AwaitHanging();
  /// The error of every LatestOffset from now on.
  void set_latest_error(Status error);
  /// What streams were told they may forget, in order.
  std::vector<std::string> commits() const;
  /// The folders that streams were made with.
  std::vector<std::string> metadata_paths() const;
  /// The columns that scans asked for.
  std::vector<std::string> scanned_columns() const;

  std::string Name() const override { return "numbers"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return kMicroBatchRead; }
  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override;

 private:
  friend class NumberStream;
  friend class NumberScan;

  const Schema schema_;
  std::atomic<int64_t> rows_per_batch_{0};
  std::atomic<bool> wakes_{true};
  std::atomic<bool> hangs_{false};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int64_t> numbers_;               // guarded by mutex_
  std::vector<std::function<void()>> wakers_;  // guarded by mutex_
  std::vector<std::string> commits_;           // guarded by mutex_
  std::vector<std::string> metadata_paths_;    // guarded by mutex_
  std::vector<std::string> scanned_columns_;   // guarded by mutex_
  Status latest_error_;                        // guarded by mutex_
  int hanging_ = 0;                            // guarded by mutex_
};

/// Rows per batch, as text, sorted.
using BatchRows = std::map<int64_t, std::vector<std::string>>;

/// A BatchSink that remembers the last attempt of every batch. Thread-safe.
class RememberingSink final : public BatchSink {
 public:
  Status AddBatch(int64_t batch_id, const BatchHandle& batch) override;
  std::string Describe() const override { return "RememberingSink"; }

  BatchRows batches() const;
  int attempts(int64_t batch_id) const;
  /// Called at the end of AddBatch, on the query's thread.
  std::function<Status(int64_t batch_id)> on_batch;

 private:
  mutable std::mutex mutex_;
  BatchRows batches_;                // guarded by mutex_
  std::map<int64_t, int> attempts_;  // guarded by mutex_
};

/// A sink written by tasks, which commits an epoch once. Thread-safe.
class EpochTable final : public Table {
 public:
  std::string Name() const override { return "epochs"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return kStreamingWrite | kUpdateMode | kCompleteMode; }
  Result<StreamingSink> NewStreamingSink(const WriteRequest& request) override;

  BatchRows committed() const;
  int commit_calls() const;
  int aborts() const;
  /// Whether it can tell what is committed.
  void set_remembers(bool remembers) { remembers_ = remembers; }

 private:
  friend class EpochWrite;

  const Schema schema_;
  std::atomic<bool> remembers_{true};
  mutable std::mutex mutex_;
  BatchRows committed_;   // guarded by mutex_
  int commit_calls_ = 0;  // guarded by mutex_
  int aborts_ = 0;        // guarded by mutex_
};

/// A path that is not there yet, where syncing a file costs nothing if the machine has such a
/// place.
std::string NewTestDirectory();

/// An engine in a directory of its own, gone with this.
class StreamingTestKit {
 public:
  explicit StreamingTestKit(int threads = 1);
  ~StreamingTestKit();

  StandingClock& clock() { return clock_; }
  std::string checkpoint() const { return directory_ + "/checkpoint"; }
  const std::string& directory() const { return directory_; }
  /// The query's manager; Restart makes a new one, after stopping everything.
  LocalStreamingQueryManager& manager() { return *manager_; }
  void Restart();
  /// Fails at the `occurrence`-th (from 0) call of `point`; "" never does.
  void FailAt(std::string point, int occurrence = 0);

  /// A query over `plan` into a sink, checkpointed in checkpoint().
  StreamDefinition Define(PlanPtr plan, std::shared_ptr<BatchSink> sink) const;
  StreamDefinition Define(PlanPtr plan, std::shared_ptr<Table> sink) const;
  /// Starts and waits for the end. For queries that end.
  Status RunToEnd(StreamDefinition definition);

  std::string ReadFile(const std::string& relative_path) const;
  void WriteFile(const std::string& relative_path, const std::string& content) const;
  void RemoveFile(const std::string& relative_path) const;
  /// The names of a folder of the checkpoint, hidden ones left out.
  std::vector<std::string> ListFiles(const std::string& relative_path) const;

 private:
  Status Failpoint(std::string_view point);

  std::string directory_;
  StandingClock clock_;
  std::unique_ptr<TaskScheduler> scheduler_;
  StreamingServices services_;
  std::mutex mutex_;
  std::string failing_point_;  // guarded by mutex_
  int passes_left_ = 0;        // guarded by mutex_
  std::shared_ptr<LocalStreamingQueryManager> manager_;
};

/// `SELECT value FROM table`, and `SELECT value, count(1) FROM table GROUP BY value`.
PlanPtr SelectNumbers(const std::shared_ptr<NumberTable>& table);
PlanPtr CountNumbers(const std::shared_ptr<NumberTable>& table);

}  // namespace firesteel
