#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "exec/execution_context.h"
#include "firesteel/connector/batch_reader.h"

namespace firesteel {

/// Memory that several buffers share. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(int64_t limit_bytes) : limit_bytes_(limit_bytes) {}
  /// Takes `bytes` unless that would exceed the limit.
  bool TryReserve(int64_t bytes) {
    const int64_t used = used_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (used <= limit_bytes_) return true;
    Release(bytes);
    return false;
  }
  void Release(int64_t bytes) { used_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
  int64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }

 private:
  const int64_t limit_bytes_;
  std::atomic<int64_t> used_bytes_{0};
};

/// What all buffers of one run share: one half of the run's budget. The other half is for the tasks
/// that run at once.
std::shared_ptr<MemoryBudget> BufferBudget(ExecutionContext* execution);
/// The part of the other half that one task may use.
int64_t TaskBudgetBytes(const ExecutionServices& services);

/// Batches written once and read any number of times. Up to its budget they stay in memory, then
/// they go to an Arrow IPC file in the spill directory, which is removed with the buffer. Add and
/// Finish come from one thread; after Finish, readers may be opened from any.
class SpillableBuffer {
 public:
  SpillableBuffer(const ExecutionServices* services, std::shared_ptr<arrow::Schema> schema,
                  int64_t budget_bytes);
  SpillableBuffer(const ExecutionServices* services, std::shared_ptr<arrow::Schema> schema,
                  std::shared_ptr<MemoryBudget> budget);
  ~SpillableBuffer();

  Status Add(std::shared_ptr<arrow::RecordBatch> batch);
  Status Finish();
  int64_t rows() const { return rows_; }
  int64_t bytes() const { return bytes_; }  ///< of the batches, in memory or not
  /// Whether the batches are in a file.
  bool spilled() const;
  Result<std::unique_ptr<BatchReader>> Open() const;

 private:
  struct Impl;
  const ExecutionServices* services_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
  std::unique_ptr<Impl> impl_;
};

}  // namespace firesteel
