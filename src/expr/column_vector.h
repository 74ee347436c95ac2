#pragma once

#include <cstdint>
#include <memory>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"

namespace firesteel {

/// The value of an expression over a batch: one element per row, or, if `constant`, one element
/// that stands for every row.
struct ColumnVector {
  std::shared_ptr<arrow::Array> values;
  bool constant = false;

  /// Repeats a constant `rows` times; otherwise returns the values as they are.
  Result<std::shared_ptr<arrow::Array>> Expand(int64_t rows) const;
};

}  // namespace firesteel
