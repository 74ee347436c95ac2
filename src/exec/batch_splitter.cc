#include "exec/batch_splitter.h"

#include <utility>

#include "arrow/array/array_primitive.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "arrow/util/byte_size.h"

namespace firesteel {

Status BatchSplitter::Split(const std::shared_ptr<arrow::RecordBatch>& batch,
                            const std::vector<int32_t>& targets, SpillableBuffers* buffers) {
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> ordered,
                        OrderByTarget(batch, targets));
  for (int target = 0; target < targets_; ++target) {
    const int64_t rows = starts_[target + 1] - starts_[target];
    if (rows == 0) continue;
    ARROW_RETURN_NOT_OK((*buffers)[target]->Add(ordered->Slice(starts_[target], rows)));
  }
  return Status::OK();
}

Result<std::shared_ptr<arrow::RecordBatch>> BatchSplitter::OrderByTarget(
    const std::shared_ptr<arrow::RecordBatch>& batch, const std::vector<int32_t>& targets) {
  starts_.assign(targets_ + 1, 0);
  for (const int32_t target : targets) ++starts_[target + 1];
  for (int target = 0; target < targets_; ++target) {
    if (starts_[target + 1] == batch->num_rows() && starts_[target] == 0) {
      for (int later = target + 1; later <= targets_; ++later) starts_[later] = batch->num_rows();
      return batch;
    }
    starts_[target + 1] += starts_[target];
  }
  std::vector<int64_t> next(starts_.begin(), starts_.end() - 1);
  std::vector<int32_t> rows(targets.size());
  for (size_t row = 0; row < targets.size(); ++row) {
    rows[next[targets[row]]++] = static_cast<int32_t>(row);
  }
  if (batch->num_columns() == 0) return batch;
  const auto indices = std::make_shared<arrow::Int32Array>(
      batch->num_rows(), arrow::Buffer::FromVector(std::move(rows)));
  ARROW_ASSIGN_OR_RAISE(
      arrow::Datum taken,
      arrow::compute::Take(batch, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.record_batch();
}

SpillableBuffers MakeBuffers(int count, const ExecutionServices* services,
                             const std::shared_ptr<arrow::Schema>& schema,
                             const std::shared_ptr<MemoryBudget>& budget) {
  SpillableBuffers buffers;
  for (int i = 0; i < count; ++i) {
    buffers.push_back(std::make_unique<SpillableBuffer>(services, schema, budget));
  }
  return buffers;
}

Status FinishAll(const SpillableBuffers& buffers) {
  for (const auto& buffer : buffers) ARROW_RETURN_NOT_OK(buffer->Finish());
  return Status::OK();
}

Result<int64_t> BatchBytes(const arrow::RecordBatch& batch) {
  return arrow::util::ReferencedBufferSize(batch);
}

Result<std::shared_ptr<arrow::RecordBatch>> BufferSequenceReader::Next() {
  while (true) {
    if (reader_) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader_->Next());
      if (batch) return batch;
      reader_.reset();
    }
    if (next_ == buffers_.size()) return nullptr;
    ARROW_ASSIGN_OR_RAISE(reader_, buffers_[next_++]->Open());
  }
}

}  // namespace firesteel
