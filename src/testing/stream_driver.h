#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connectors/memory/memory_stream.h"
#include "firesteel/dataframe.h"
#include "firesteel/output_mode.h"
#include "firesteel/session.h"
#include "firesteel/streaming_query.h"
#include "firesteel/trigger.h"
#include "testing/crash_point.h"
#include "testing/manual_clock.h"
#include "testing/memory_env.h"
#include "testing/recording_sink.h"

namespace firesteel::testing {

/// One streaming query over in-memory sources with a manual clock, a recording sink and a checkpoint
/// in a file system in memory: started, fed, killed and started again step by step. Every step has
/// the same outcome in every run, because data reaches the query only while it is at rest. For one
/// thread.
class StreamDriver {
 public:
  using Query = std::function<DataFrame(const std::vector<DataFrame>& inputs)>;

  struct Options {
    std::vector<Schema> inputs;
    OutputMode mode = OutputMode::kAppend;
    Query query;
    std::map<std::string, std::string> settings;
    bool one_row_batches = false;
    /// Holds the checkpoint; null for a file system of the driver's own.
    Env* env = nullptr;
    std::string checkpoint_directory = "/checkpoint";
  };

  /// Makes everything but does not start the query. Errors: a setting that is not valid.
  static Result<std::unique_ptr<StreamDriver>> Make(Options options);
  StreamDriver(const StreamDriver&) = delete;
  StreamDriver& operator=(const StreamDriver&) = delete;
  ~StreamDriver();

  /// Errors: those of the query's plan; the query runs already.
  Status Start(const Trigger& trigger);
  /// Stops the query if it runs.
  Status Stop();
  /// Keeps the rows for the next HandOver. Errors: rows that do not fit the input.
  Status AddData(const std::vector<Row>& rows, int input);
  /// Waits until the query is at rest and gives it all rows kept, as if at one moment.
  Status HandOver();
  /// Waits until the query has nothing to do at this time, or has ended. Returns the query's error if
  /// it failed.
  Status AwaitRest();
  /// Waits for rest and moves the clock.
  Status Advance(int64_t milliseconds);
  /// Waits for rest and moves the clock to the next trigger of a query that has an interval.
  Status AdvanceToNextTrigger();
  Status SetConfig(const std::string& name, const std::string& value);

  /// Whether the query was started and has not ended.
  bool running() const { return run_ != nullptr && !run_->ended.load(); }
  /// The last started query; null before Start.
  const StreamingQuery* query() const { return run_ == nullptr ? nullptr : run_->query.get(); }
  /// The report of the last batch of this run, reports of idle triggers aside.
  std::optional<StreamingQueryProgress> LastBatchProgress() const;
  const RecordingSink& sink() const { return *sink_; }
  CrashPoint* crash_point() { return &crash_point_; }

 private:
  struct QueryRun {
    std::shared_ptr<StreamingQuery> query;
    std::atomic<bool> ended{false};
    std::thread watcher;  // tells the clock when the query ends
    ~QueryRun();
  };

  explicit StreamDriver(Options options);
  Status Prepare();

  const Options options_;
  ManualClock clock_;
  MemoryEnv memory_env_;
  CrashPoint crash_point_;
  std::shared_ptr<RecordingSink> sink_;
  std::vector<std::shared_ptr<MemoryStreamTable>> inputs_;
  std::optional<Session> session_;
  std::optional<DataFrame> output_;
  std::vector<std::pair<int, std::shared_ptr<arrow::RecordBatch>>> kept_;
  std::unique_ptr<QueryRun> run_;  // destroyed first
};

}  // namespace firesteel::testing
