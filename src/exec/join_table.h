#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "exec/group_table.h"
#include "expr/expression.h"

namespace firesteel {

/// The keys of one side of a join as columns, and which rows can match at all: those without NULL
/// in a key that is compared by `=` (and not by `<=>`). Keeps its memory from batch to batch. Not
/// thread-safe.
class JoinKeys {
 public:
  /// Both must outlive it.
  JoinKeys(const std::vector<ExpressionPtr>* expressions, const std::vector<bool>* null_safe)
      : expressions_(expressions), null_safe_(null_safe) {}

  Status Evaluate(const arrow::RecordBatch& batch, EvaluationContext* evaluation);
  const std::vector<std::shared_ptr<arrow::Array>>& columns() const { return columns_; }
  /// Whether a row of the batch cannot match.
  bool any_null() const { return any_null_; }
  /// Puts -1 in the place of the rows that cannot match.
  void LeaveOutNulls(std::vector<int32_t>* groups) const;

 private:
  const std::vector<ExpressionPtr>* expressions_;
  const std::vector<bool>* null_safe_;
  std::vector<std::shared_ptr<arrow::Array>> columns_;
  bool any_null_ = false;
};

/// The build side of a join in memory: its rows, and for each key the rows that have it. Without
/// keys all rows have the same one, so that a nested loop is a special case. Immutable but for the
/// marks of what was matched; many threads may look keys up and mark at once.
class JoinTable {
 public:
  /// `batches` have `schema`; together less than 2^30 rows. `mark_groups`: marks are kept by key,
  /// else by row.
  static Result<std::shared_ptr<JoinTable>> Make(
      const std::shared_ptr<arrow::Schema>& schema,
      const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches, JoinKeys* keys,
      std::vector<DataType> key_types, bool mark_groups, EvaluationContext* evaluation);

  const arrow::RecordBatch& rows() const { return *rows_; }
  const GroupTable& groups() const { return *groups_; }
  /// Whether a row's key has a NULL that matches nothing.
  bool has_null_key() const { return has_null_key_; }
  /// How many rows there are of the most frequent key.
  int64_t max_matches() const { return max_matches_; }
  /// The rows of a group.
  std::span<const int32_t> RowsOf(int32_t group) const {
    return std::span(ordered_rows_).subspan(starts_[group], starts_[group + 1] - starts_[group]);
  }

  /// Remembers that a row (or a group) has found a partner.
  void Mark(int32_t number) const {
    std::atomic<uint8_t>& mark = marks_[number];
    if (mark.load(std::memory_order_relaxed) == 0) mark.store(1, std::memory_order_relaxed);
  }
  /// The rows that are marked, or those that are not, in order.
  std::vector<int32_t> RowsMarked(bool marked) const;

 private:
  JoinTable() = default;
  Status Index(JoinKeys* keys, std::vector<DataType> key_types, EvaluationContext* evaluation);

  std::shared_ptr<arrow::RecordBatch> rows_;
  std::unique_ptr<GroupTable> groups_;
  std::vector<int32_t> group_of_row_;  // -1: matches nothing
  std::vector<int32_t> starts_;        // of each group in ordered_rows_
  std::vector<int32_t> ordered_rows_;  // by group
  bool mark_groups_ = false;
  std::unique_ptr<std::atomic<uint8_t>[]> marks_;
  bool has_null_key_ = false;
  int64_t max_matches_ = 0;
};

}  // namespace firesteel
