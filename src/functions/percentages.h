#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "functions/binding.h"

namespace firesteel {

/// The percentages a percentile function is asked for, all in [0, 1].
struct Percentages {
  std::vector<double> values;
  bool is_list = false;  ///< they came as an array, so does the result
};

/// Reads them from a constant argument. Errors: DATATYPE_MISMATCH.NON_FOLDABLE_INPUT,
/// .UNEXPECTED_NULL, .VALUE_OUT_OF_RANGE, .UNEXPECTED_INPUT_TYPE.
Result<Percentages> PercentageArgument(const BindRequest& request, int index);

/// Makes the result of numbers, one per group and percentage: of `type` (numbers are cut to whole
/// ones where it is no floating type), or lists of it. Groups are NULL where `set` is zero.
Result<std::shared_ptr<arrow::Array>> PercentileColumn(const std::vector<double>& numbers,
                                                       const std::vector<uint8_t>& set,
                                                       bool is_list, const DataType& type);

}  // namespace firesteel
