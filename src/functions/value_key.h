#pragma once

#include <cstdint>
#include <string>

#include "arrow/type_fwd.h"

namespace firesteel {

/// Appends bytes that are equal for two values of one type exactly when the values are: NULL equals
/// NULL, NaN equals NaN, -0.0 equals 0.0. For hash sets of values of any type; the bytes mean
/// nothing outside of the process.
void AppendValueKey(const arrow::Array& array, int64_t index, std::string* key);

}  // namespace firesteel
