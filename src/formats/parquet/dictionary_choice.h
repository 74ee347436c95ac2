#pragma once

#include "arrow/type_fwd.h"

namespace firesteel {

/// Tells from the first values of a column whether a dictionary would make it smaller: whether the
/// different values and their numbers take less room than the values themselves. Spark's writer
/// asks the same of its first page. A dictionary that does not pay costs a look-up in a large table
/// for every value. True for types without a width or bytes (nested ones) and when there are too
/// few values to tell.
bool IsWorthADictionary(const arrow::Array& first_values);

}  // namespace firesteel
