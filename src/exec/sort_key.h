#pragma once

#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"
#include "firesteel/types.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// One column to sort by.
struct SortKeyColumn {
  std::shared_ptr<arrow::Array> values;
  DataType type;
  bool ascending = true;
  bool nulls_first = true;
};

/// Appends one key per row, such that comparing keys as unsigned bytes orders the rows as Spark
/// does: NaN is the greatest number, -0.0 equals 0.0, strings compare by bytes, and inside of
/// arrays and structs NULL is the smallest.
///
///   column:   00 or 02 for NULL (first or last), 01 and the value otherwise; a descending value is
///             inverted
///   integer:  big-endian with the sign bit flipped; boolean one byte; decimal 16 bytes
///   float:    its bits, all inverted when negative, else with the sign bit flipped
///   string:   its bytes with 00 written as 00 FF, then 00 00
///   array:    01 and the element (as a column, NULL first), then 00
///   struct:   its fields (as columns, NULL first)
///
/// Errors: DATATYPE_MISMATCH.INVALID_ORDERING_TYPE for maps and calendar intervals.
Status AppendSortKeys(const std::vector<SortKeyColumn>& columns, int64_t rows, EncodedRows* keys);

}  // namespace firesteel
