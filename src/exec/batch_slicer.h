#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "arrow/record_batch.h"

namespace firesteel {

/// Gives out a large batch in pieces of the usual size, without copying. Not thread-safe.
class BatchSlicer {
 public:
  explicit BatchSlicer(int64_t batch_rows) : batch_rows_(batch_rows) {}

  void Reset(std::shared_ptr<arrow::RecordBatch> batch) {
    batch_ = std::move(batch);
    next_row_ = 0;
  }
  /// The next piece; nullptr when everything was given out.
  std::shared_ptr<arrow::RecordBatch> Next() {
    if (!batch_ || next_row_ >= batch_->num_rows()) {
      batch_.reset();
      return nullptr;
    }
    const int64_t rows = std::min(batch_rows_, batch_->num_rows() - next_row_);
    std::shared_ptr<arrow::RecordBatch> piece =
        rows == batch_->num_rows() ? batch_ : batch_->Slice(next_row_, rows);
    next_row_ += rows;
    return piece;
  }

 private:
  int64_t batch_rows_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t next_row_ = 0;
};

}  // namespace firesteel
