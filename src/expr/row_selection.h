#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "arrow/type_fwd.h"
#include "expr/expression.h"

namespace firesteel {

/// Which rows of a batch something is evaluated on: all of them, or some in ascending order. What
/// lazy functions (AND, CASE, coalesce) are built from: a branch sees only the rows that reach it,
/// so that its errors show only there. A value; not thread-safe while changed.
class RowSelection {
 public:
  static RowSelection All(int64_t rows) { return RowSelection(rows, std::nullopt); }
  /// `selected` holds ascending row numbers below `rows`.
  static RowSelection Of(int64_t rows, std::vector<int32_t> selected);

  int64_t batch_rows() const { return rows_; }
  int64_t size() const { return selected_ ? static_cast<int64_t>(selected_->size()) : rows_; }
  bool all() const { return !selected_; }
  bool empty() const { return size() == 0; }
  /// Returns the row of the batch behind the i-th selected one.
  int32_t operator[](int64_t i) const {
    return selected_ ? (*selected_)[i] : static_cast<int32_t>(i);
  }

  /// Splits by a condition evaluated on this selection: first the rows where it is true, then those
  /// where it is false or NULL.
  std::pair<RowSelection, RowSelection> Split(const ColumnVector& condition) const;

 private:
  RowSelection(int64_t rows, std::optional<std::vector<int32_t>> selected)
      : rows_(rows), selected_(std::move(selected)) {}
  int64_t rows_;
  std::optional<std::vector<int32_t>> selected_;
};

/// Takes the rows `indices` (whole numbers below the batch's rows) of the columns of `batch` that
/// `expression` reads. Others are not worth taking: a column of NULLs keeps the numbering.
Result<arrow::ArrayVector> TakeColumnsRead(const Expression& expression,
                                           const arrow::RecordBatch& batch,
                                           const std::shared_ptr<arrow::Array>& indices);

/// Evaluates on the selected rows only; the result has one element per selected row, or is
/// constant. An empty selection evaluates nothing and gives an empty column.
Result<ColumnVector> EvaluateOnRows(const Expression& expression, const arrow::RecordBatch& batch,
                                    const RowSelection& selection, EvaluationContext* context);

/// Puts the values of selections of one batch together. Where selections overlap the later piece
/// wins; rows of no piece are NULL.
struct SelectedValues {
  RowSelection selection;
  ColumnVector values;
};
Result<ColumnVector> Interleave(const std::vector<SelectedValues>& pieces, const DataType& type,
                                int64_t rows);

}  // namespace firesteel
