#include "exec/join_table.h"

#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "exec/sorted_run.h"

namespace firesteel {

Status JoinKeys::Evaluate(const arrow::RecordBatch& batch, EvaluationContext* evaluation) {
  columns_.clear();
  any_null_ = false;
  for (size_t i = 0; i < expressions_->size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const ColumnVector column,
                          (*expressions_)[i]->Evaluate(batch, evaluation));
    ARROW_ASSIGN_OR_RAISE(auto values, column.Expand(batch.num_rows()));
    any_null_ |= !(*null_safe_)[i] && values->null_count() != 0;
    columns_.push_back(std::move(values));
  }
  return Status::OK();
}

void JoinKeys::LeaveOutNulls(std::vector<int32_t>* groups) const {
  if (!any_null_) return;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if ((*null_safe_)[i] || columns_[i]->null_count() == 0) continue;
    for (size_t row = 0; row < groups->size(); ++row) {
      if (columns_[i]->IsNull(static_cast<int64_t>(row))) (*groups)[row] = -1;
    }
  }
}

Result<std::shared_ptr<JoinTable>> JoinTable::Make(
    const std::shared_ptr<arrow::Schema>& schema,
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches, JoinKeys* keys,
    std::vector<DataType> key_types, bool mark_groups, EvaluationContext* evaluation) {
  std::shared_ptr<JoinTable> table(new JoinTable());
  ARROW_ASSIGN_OR_RAISE(table->rows_, ConcatenateBatches(schema, batches));
  table->mark_groups_ = mark_groups;
  ARROW_RETURN_NOT_OK(table->Index(keys, std::move(key_types), evaluation));
  return table;
}

Status JoinTable::Index(JoinKeys* keys, std::vector<DataType> key_types,
                        EvaluationContext* evaluation) {
  const int64_t rows = rows_->num_rows();
  ARROW_ASSIGN_OR_RAISE(groups_, GroupTable::Make(std::move(key_types)));
  ARROW_RETURN_NOT_OK(keys->Evaluate(*rows_, evaluation));
  ARROW_RETURN_NOT_OK(groups_->Lookup(keys->columns(), rows, &group_of_row_));
  keys->LeaveOutNulls(&group_of_row_);
  has_null_key_ = keys->any_null();
  starts_.assign(groups_->size() + 1, 0);
  for (const int32_t group : group_of_row_) {
    if (group >= 0) ++starts_[group + 1];
  }
  for (size_t group = 0; group + 1 < starts_.size(); ++group) {
    max_matches_ = std::max<int64_t>(max_matches_, starts_[group + 1]);
    starts_[group + 1] += starts_[group];
  }
  ordered_rows_.resize(starts_.back());
  std::vector<int32_t> next(starts_.begin(), starts_.end() - 1);
  for (int64_t row = 0; row < rows; ++row) {
    const int32_t group = group_of_row_[row];
    if (group >= 0) ordered_rows_[next[group]++] = static_cast<int32_t>(row);
  }
  marks_ = std::make_unique<std::atomic<uint8_t>[]>(mark_groups_ ? groups_->size() : rows);
  return Status::OK();
}

std::vector<int32_t> JoinTable::RowsMarked(bool marked) const {
  std::vector<int32_t> rows;
  for (size_t row = 0; row < group_of_row_.size(); ++row) {
    const int32_t number = mark_groups_ ? group_of_row_[row] : static_cast<int32_t>(row);
    const bool is_marked = number >= 0 && marks_[number].load(std::memory_order_relaxed) != 0;
    if (is_marked == marked) rows.push_back(static_cast<int32_t>(row));
  }
  return rows;
}

}  // namespace firesteel
