#include "testing/recording_sink.h"

#include <iterator>
#include <utility>

#include "arrow/record_batch.h"
#include "firesteel/connector/batch_reader.h"
#include "testing/row_comparison.h"
#include "types/arrow_types.h"

namespace firesteel::testing {

Status RecordingSink::AddBatch(int64_t batch_id, const BatchHandle& batch) {
  const auto schema = std::make_shared<Schema>(batch.schema());
  std::vector<Row> rows;
  for (int partition = 0; partition < batch.partitions(); ++partition) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> reader, batch.Open(partition));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> columns, reader->Next());
      if (columns == nullptr) break;
      AppendRows(*columns, schema, &rows);
    }
  }
  return AddRows(batch_id, *schema, std::move(rows));
}

Status RecordingSink::AddRows(int64_t batch_id, const Schema& schema, std::vector<Row> rows) {
  const std::lock_guard lock(mutex_);
  if (schema_ == nullptr) schema_ = std::make_shared<Schema>(schema);
  const auto before = by_batch_.find(batch_id);
  if (before != by_batch_.end()) {
    if (std::next(before) != by_batch_.end()) {
      return Status::Invalid("Batch ", batch_id, " came after batch ", by_batch_.rbegin()->first);
    }
    const std::string difference = DescribeDifference(before->second, rows);
    if (!difference.empty()) {
      return Status::Invalid("Batch ", batch_id, " came again with other rows:\n", difference);
    }
    return Status::OK();
  }
  if (!by_batch_.empty() && by_batch_.rbegin()->first != batch_id - 1) {
    return Status::Invalid("Batch ", batch_id, " came after batch ", by_batch_.rbegin()->first);
  }
  by_batch_[batch_id] = std::move(rows);
  return Status::OK();
}

std::shared_ptr<const Schema> RecordingSink::schema() const {
  const std::lock_guard lock(mutex_);
  return schema_;
}

int64_t RecordingSink::last_batch_id() const {
  const std::lock_guard lock(mutex_);
  return by_batch_.empty() ? -1 : by_batch_.rbegin()->first;
}

std::vector<Row> RecordingSink::RowsAfter(int64_t batch_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<Row> rows;
  for (auto batch = by_batch_.upper_bound(batch_id); batch != by_batch_.end(); ++batch) {
    rows.insert(rows.end(), batch->second.begin(), batch->second.end());
  }
  return rows;
}

std::vector<Row> RecordingSink::LastBatch() const {
  const std::lock_guard lock(mutex_);
  return by_batch_.empty() ? std::vector<Row>{} : by_batch_.rbegin()->second;
}

}  // namespace firesteel::testing
