#pragma once

#include <optional>

#include "firesteel/types.h"

namespace firesteel {

/// The type to which both widen without losing anything and without turning into text: what the
/// functions of two arrays, or of an array and a value, ask for. Decimals meet whole numbers only
/// when they have room for all of them.
std::optional<DataType> TightestType(const DataType& a, const DataType& b);

}  // namespace firesteel
