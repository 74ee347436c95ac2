#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/env.h"
#include "firesteel/dataframe.h"
#include "firesteel/row.h"
#include "firesteel/session.h"
#include "testing/manual_clock.h"
#include "testing/memory_env.h"
#include "testing/recording_sink.h"

namespace firesteel::testing {

/// A query from files in `/in` with its checkpoint in `/checkpoint`, run to the end of what is
/// there, one file per batch, and what it must answer. Logs are compacted and state is written in
/// snapshots every few batches, so that short runs meet all kinds of files. For one thread.
class DurableQuery {
 public:
  virtual ~DurableQuery() = default;
  virtual std::string Name() const = 0;
  /// Runs until everything in `env` is processed.
  Status Run(Env* env);
  /// Compares the answer with that of the first `input_files` inputs; "" when it is right. Errors:
  /// it cannot be read.
  virtual Result<std::string> CompareAnswer(Env* env, int input_files) = 0;
  /// "" when the answer is right, else what is wrong or why it cannot be read.
  std::string CheckAnswer(Env* env, int input_files);
  /// Forgets what outside systems know of the query.
  virtual void Reset() {}

  /// Writes input file number `index`.
  Status PutInput(MemoryEnv* env, int index);
  Clock* clock() { return &clock_; }

 protected:
  virtual DataStreamWriter Write(const DataFrame& input) = 0;
  /// As above, for a query that reads its input more than once.
  virtual DataStreamWriter WriteFrom(const Session& session);
  Result<Session> NewSession(Env* env);
  DataFrame ReadInput(const Session& session);
  /// Settings besides those of all queries.
  virtual std::map<std::string, std::string> Settings() const { return {}; }

 private:
  ManualClock clock_{3'600'000};
};

/// Filters and maps into a directory of files.
std::unique_ptr<DurableQuery> NewFilesToFiles(std::string format);
/// Counts by window into a directory of files: two sources that never have rows in one batch, whose
/// watermarks outlive restarts.
std::unique_ptr<DurableQuery> NewFilesToWindows();
/// Distinct rows into a directory of files, with those that come too late in another one.
std::unique_ptr<DurableQuery> NewFilesToDistinct();
/// Counts by key, complete mode, into a sink that outlives every failure.
std::unique_ptr<DurableQuery> NewFilesToCounts();

}  // namespace firesteel::testing
