#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/physical_plan.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// Rows with one key, as they came.
struct CutGroup {
  std::string key;  ///< its sort key: groups compare by it
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
};

/// Cuts rows that are sorted by their first columns, ascending, into groups. Without key columns
/// all rows are one group. Not thread-safe.
class GroupCutter {
 public:
  /// `schema` is the rows'.
  GroupCutter(std::unique_ptr<BatchReader> input, const Schema& schema, int key_columns);

  /// The next group without taking it; nullptr at the end.
  Result<const CutGroup*> Peek();
  /// Takes the group that Peek showed.
  CutGroup Take();

 private:
  /// Makes the next batch the current one; false at the end.
  Result<bool> Advance();
  Result<std::optional<CutGroup>> Cut();

  std::unique_ptr<BatchReader> input_;
  std::vector<DataType> key_types_;
  std::shared_ptr<arrow::RecordBatch> batch_;  // nullptr: none read yet, or the end
  EncodedRows keys_;                           // of batch_
  int64_t row_ = 0;                            // the first one of batch_ that was not taken
  bool ended_ = false;
  std::optional<CutGroup> next_;
};

}  // namespace firesteel
