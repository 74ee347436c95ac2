#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "arrow/type_fwd.h"
#include "common/cancellation.h"
#include "common/clock.h"
#include "common/env.h"
#include "common/task_scheduler.h"
#include "exec/batch_context.h"
#include "expr/column_vector.h"
#include "expr/evaluation_context.h"

namespace firesteel {

/// Numbers that tasks add to while they run. All relaxed atomics.
struct OperatorMetrics {
  std::atomic<int64_t> output_rows{0};
  // Of stateful operators; summed over partitions.
  std::atomic<int64_t> state_rows_total{0};
  std::atomic<int64_t> state_rows_updated{0};
  std::atomic<int64_t> state_rows_removed{0};
  std::atomic<int64_t> rows_dropped_by_watermark{0};
  std::atomic<int64_t> duplicates_dropped{0};
  std::atomic<int64_t> state_memory_bytes{0};
  std::atomic<int64_t> update_time_nanos{0};
  std::atomic<int64_t> removal_time_nanos{0};
  std::atomic<int64_t> commit_time_nanos{0};
  std::atomic<int64_t> partitions{0};
};

/// What outlives one run of a plan: threads, memory, time, files.
struct ExecutionServices {
  TaskScheduler* scheduler = nullptr;
  Clock* clock = nullptr;
  Env* env = nullptr;
  arrow::MemoryPool* pool = nullptr;
  std::string spill_directory;               ///< made on first use
  int64_t memory_budget_bytes = 256 << 20;   ///< above it buffers go to the spill directory
  int64_t batch_rows = 8192;
};

/// One run of a plan: one micro-batch, or one action of a batch query. Holds what operators share
/// between their tasks; operators themselves never change. Thread-safe.
class ExecutionContext {
 public:
  ExecutionContext(const ExecutionServices* services, BatchContext batch,
                   const CancellationToken* cancellation)
      : services_(services), batch_(std::move(batch)), cancellation_(cancellation) {}

  const ExecutionServices& services() const { return *services_; }
  const BatchContext& batch() const { return batch_; }
  const CancellationToken& cancellation() const { return *cancellation_; }

  /// What the operator `owner` keeps during this run (an exchange its partitions); made by `make`
  /// on first use.
  template <typename T>
  std::shared_ptr<T> OperatorState(const void* owner,
                                   const std::function<std::shared_ptr<T>()>& make) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::shared_ptr<void>& slot = states_[owner];
    if (!slot) slot = make();
    return std::static_pointer_cast<T>(slot);
  }
  /// What `owner` keeps, nullptr when nothing was made yet.
  template <typename T>
  std::shared_ptr<T> FindOperatorState(const void* owner) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = states_.find(owner);
    return found == states_.end() ? nullptr : std::static_pointer_cast<T>(found->second);
  }
  /// The metrics of the operator `owner`; made on first use, stay valid.
  OperatorMetrics* Metrics(const void* owner);
  /// Keeps what a scalar subquery gave. Called while the run is prepared, when no task runs.
  void SetSubqueryValue(int number, ColumnVector value) {
    if (number >= static_cast<int>(subquery_values_.size())) subquery_values_.resize(number + 1);
    subquery_values_[number] = std::move(value);
  }
  const std::vector<ColumnVector>& subquery_values() const { return subquery_values_; }
  /// Rows read from source `source_index` so far; counted by scans.
  std::atomic<int64_t>* InputRows(int source_index);

 private:
  const ExecutionServices* services_;
  BatchContext batch_;
  const CancellationToken* cancellation_;
  std::vector<ColumnVector> subquery_values_;
  mutable std::mutex mutex_;
  std::map<const void*, std::shared_ptr<void>> states_;              // guarded by mutex_
  std::map<const void*, std::unique_ptr<OperatorMetrics>> metrics_;  // guarded by mutex_
  std::map<int, std::unique_ptr<std::atomic<int64_t>>> input_rows_;  // guarded by mutex_
};

/// One task: one partition of one stage. Used by one thread.
struct TaskContext {
  ExecutionContext* execution = nullptr;
  int partition = 0;
  EvaluationContext evaluation;
};

/// The task of one partition, with what the batch says filled in.
TaskContext MakeTask(ExecutionContext* execution, int partition);

}  // namespace firesteel
