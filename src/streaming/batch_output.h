#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "exec/physical_plan.h"
#include "firesteel/connector/table.h"

namespace firesteel {

/// Calls the failpoint of this name; see failpoints.h.
using FailpointHook = std::function<Status(std::string_view point)>;

/// The way of a batch's rows into the sink. Used by the query's thread.
class BatchOutput {
 public:
  virtual ~BatchOutput() = default;

  static std::unique_ptr<BatchOutput> Make(StreamingSink sink, FailpointHook failpoint);

  /// Gives the sink the flag that ends its waiting; before anything else.
  virtual void StopWhen(const std::atomic<bool>* /*stopped*/) {}
  /// Whether the sink has this batch already. For a batch that is run again after a restart.
  virtual Result<bool> IsCommitted(int64_t batch_id) = 0;
  /// Runs the plan and gives its rows to the sink; afterwards the sink has the batch. All state is
  /// written before the sink commits; then `before_commit` is called, since nothing is computed
  /// again for a sink that says it has the batch. Returns the number of rows. After an error the
  /// sink may have the batch or not; it is run again by the next start.
  virtual Result<int64_t> Write(const PhysicalPlan& plan, ExecutionContext* execution,
                                const std::function<Status()>& before_commit) = 0;
  /// As in progress reports.
  virtual std::string Describe() const = 0;
  /// Whether progress says how many rows were written.
  virtual bool ReportsOutputRows() const = 0;
};

}  // namespace firesteel
