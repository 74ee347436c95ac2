#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "expr/column_vector.h"
#include "firesteel/types.h"

namespace firesteel {

/// One value of any type per group, or none: what min, first and max_by remember. Values stay in
/// the arrays they came from; arrays that are hardly used any more are compacted now and then. Not
/// thread-safe.
class ValueSlots {
 public:
  explicit ValueSlots(DataType type);
  ~ValueSlots();
  ValueSlots(const ValueSlots&) = delete;
  ValueSlots& operator=(const ValueSlots&) = delete;

  void Resize(int64_t groups) { slots_.resize(groups); }
  int64_t size() const { return static_cast<int64_t>(slots_.size()); }

  /// Announces the column that the next calls of Set refer to.
  Status StartColumn(const ColumnVector& column);
  /// Remembers the value of a row of that column, NULL included.
  void Set(int64_t group, int64_t row) { slots_[group] = {current_, constant_ ? 0 : row}; }

  bool IsNull(int64_t group) const;
  /// Where a group's value lies; requires !IsNull(group).
  const arrow::Array& array(int64_t group) const { return *arrays_[slots_[group].array]; }
  int64_t index(int64_t group) const { return slots_[group].index; }

  /// All values as one array.
  Result<std::shared_ptr<arrow::Array>> Finish() const;

 private:
  struct Slot {
    int32_t array = -1;  ///< -1: none
    int64_t index = 0;
  };
  Status Compact();

  DataType type_;
  std::vector<Slot> slots_;
  std::vector<std::shared_ptr<arrow::Array>> arrays_;
  int64_t rows_held_ = 0;
  int32_t current_ = -1;
  bool constant_ = false;
};

}  // namespace firesteel
