#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"
#include "exec/execution_context.h"
#include "exec/stateful/late_row_keeper.h"

namespace firesteel {

/// What a query keeps late rows with (firesteel.lateRows.path).
struct LateRowSettings {
  std::string path;
  std::string query_id;
  std::string checkpoint_directory;
  std::string time_zone;  ///< the session's
};

/// The rows that a query's stateful operators dropped because they came too late, in files:
///
///   <path>/query=<id>/operator=<id>/batch-<N>.parquet               or, of a join,
///   <path>/query=<id>/operator=<id>/side=<left|right>/batch-<N>.parquet
///
/// A file has the columns of the operator's input and `watermark`, which dropped the row. There is
/// one for each batch with such rows, and it is replaced as a whole when the batch is run again:
/// each row is there once. Used by the query's thread, which holds the checkpoint's lock.
class LateRowFiles {
 public:
  /// Makes the directory. Errors: a path that is no directory or lies in the checkpoint; columns
  /// that Parquet cannot hold; two columns of one name, or one called `watermark`.
  static Result<std::unique_ptr<LateRowFiles>> Make(LateRowSettings settings,
                                                    const PhysicalPlan& plan, Env* env);

  /// Writes what was dropped in the run of batch `batch_id` that `execution` was.
  Status Write(int64_t batch_id, const ExecutionContext& execution);

 private:
  struct Output {
    const LateRowKeeper* keeper;
    std::string directory;
    Schema schema;
  };

  LateRowFiles(LateRowSettings settings, Env* env) : settings_(std::move(settings)), files_(env) {}
  Status AddOutput(const LateRowKeeper* keeper);
  Status WriteFile(const Output& output, const std::string& path,
                   const ExecutionContext& execution);

  const LateRowSettings settings_;
  CheckpointFileManager files_;
  std::vector<Output> outputs_;
};

}  // namespace firesteel
