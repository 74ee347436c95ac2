#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "expr/column_vector.h"
#include "firesteel/types.h"

namespace firesteel {

/// Stands for "no element" in the indices of TakeElements.
inline constexpr int64_t kNoElement = -1;

/// Gathers elements by index; kNoElement gives NULL.
Result<std::shared_ptr<arrow::Array>> TakeElements(const std::shared_ptr<arrow::Array>& values,
                                                   const std::vector<int64_t>& indices);

/// Makes a list column: row i holds elements[offsets[i], offsets[i + 1]) of `values`, and is NULL
/// where `set` (empty: never) is zero. `type` is the array type.
Result<ColumnVector> MakeListColumn(const DataType& type,
                                    const std::shared_ptr<arrow::Array>& values,
                                    const std::vector<int64_t>& elements,
                                    const std::vector<int32_t>& offsets,
                                    const std::vector<uint8_t>& set);

/// Makes a list column out of one: `select(row, begin, end, &elements)` appends the indices of the
/// elements that row keeps, in their new order. Rows that are NULL stay so. The elements are those
/// of the lists unless `values` is given.
using SelectElements =
    std::function<Status(int64_t row, int64_t begin, int64_t end, std::vector<int64_t>* elements)>;
Result<ColumnVector> RebuildLists(const ColumnVector& lists, int64_t rows, const DataType& type,
                                  const std::vector<uint8_t>& set, const SelectElements& select,
                                  const std::shared_ptr<arrow::Array>& values = nullptr);

}  // namespace firesteel
