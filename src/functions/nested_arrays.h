#pragma once

#include "arrow/array/array_nested.h"
#include "expr/column_vector.h"

namespace firesteel {

/// The Arrow array of a column of arrays.
inline const arrow::ListArray& Lists(const ColumnVector& column) {
  return static_cast<const arrow::ListArray&>(*column.values);
}
/// The Arrow array of a column of maps.
inline const arrow::MapArray& Maps(const ColumnVector& column) {
  return static_cast<const arrow::MapArray&>(*column.values);
}

}  // namespace firesteel
