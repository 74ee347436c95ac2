#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "arrow/type_fwd.h"
#include "exec/spillable_buffer.h"
#include "firesteel/error.h"

namespace firesteel {

using SpillableBuffers = std::vector<std::unique_ptr<SpillableBuffer>>;

/// Adds the rows of batches to the buffers that they belong to: one gather puts the rows of a
/// target side by side, and the pieces share its memory. Not thread-safe.
class BatchSplitter {
 public:
  explicit BatchSplitter(int targets) : targets_(targets) {}
  /// `targets[i]` is the buffer of row i.
  Status Split(const std::shared_ptr<arrow::RecordBatch>& batch,
               const std::vector<int32_t>& targets, SpillableBuffers* buffers);

 private:
  Result<std::shared_ptr<arrow::RecordBatch>> OrderByTarget(
      const std::shared_ptr<arrow::RecordBatch>& batch, const std::vector<int32_t>& targets);

  int targets_;
  std::vector<int64_t> starts_;  // of each target in the ordered batch
};

/// Empty buffers for batches of one schema that share a budget.
SpillableBuffers MakeBuffers(int count, const ExecutionServices* services,
                             const std::shared_ptr<arrow::Schema>& schema,
                             const std::shared_ptr<MemoryBudget>& budget);
Status FinishAll(const SpillableBuffers& buffers);

/// The memory that a batch refers to, for slices only their part.
Result<int64_t> BatchBytes(const arrow::RecordBatch& batch);

/// Reads buffers, which are finished, one after the other.
class BufferSequenceReader final : public BatchReader {
 public:
  explicit BufferSequenceReader(std::vector<const SpillableBuffer*> buffers)
      : buffers_(std::move(buffers)) {}
  explicit BufferSequenceReader(const SpillableBuffers& buffers) {
    for (const auto& buffer : buffers) buffers_.push_back(buffer.get());
  }
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override;

 private:
  std::vector<const SpillableBuffer*> buffers_;
  size_t next_ = 0;
  std::unique_ptr<BatchReader> reader_;
};

}  // namespace firesteel
