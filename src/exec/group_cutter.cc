#include "exec/group_cutter.h"

#include <utility>

#include "arrow/record_batch.h"
#include "exec/sort_key.h"

namespace firesteel {

GroupCutter::GroupCutter(std::unique_ptr<BatchReader> input, const Schema& schema,
                         int key_columns)
    : input_(std::move(input)) {
  for (int i = 0; i < key_columns; ++i) key_types_.push_back(schema.field(i).type);
}

Result<const CutGroup*> GroupCutter::Peek() {
  if (!next_) {
    ARROW_ASSIGN_OR_RAISE(next_, Cut());
  }
  return next_ ? &*next_ : nullptr;
}

CutGroup GroupCutter::Take() {
  CutGroup taken = std::move(*next_);
  next_.reset();
  return taken;
}

Result<bool> GroupCutter::Advance() {
  row_ = 0;
  batch_ = nullptr;
  if (ended_) return false;
  ARROW_ASSIGN_OR_RAISE(batch_, input_->Next());
  if (batch_ == nullptr) {
    ended_ = true;
    return false;
  }
  if (key_types_.empty()) return true;
  std::vector<SortKeyColumn> columns;
  for (size_t i = 0; i < key_types_.size(); ++i) {
    columns.push_back({batch_->column(static_cast<int>(i)), key_types_[i], true, true});
  }
  keys_.Clear();
  ARROW_RETURN_NOT_OK(AppendSortKeys(columns, batch_->num_rows(), &keys_));
  return true;
}

Result<std::optional<CutGroup>> GroupCutter::Cut() {
  if (batch_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(const bool more, Advance());
    if (!more) return std::nullopt;
  }
  const auto key_at = [this](int64_t row) {
    return key_types_.empty() ? std::string_view() : keys_[row];
  };
  CutGroup group;
  group.key = key_at(row_);
  while (true) {
    const int64_t start = row_;
    while (row_ < batch_->num_rows() && key_at(row_) == group.key) ++row_;
    if (row_ > start) group.batches.push_back(batch_->Slice(start, row_ - start));
    if (row_ < batch_->num_rows()) return group;
    ARROW_ASSIGN_OR_RAISE(const bool more, Advance());
    if (!more) return group;
  }
}

}  // namespace firesteel
