#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// Orders the values of one type, as ORDER BY, min, sort_array and the comparison operators do: NaN
/// is the greatest number and equals itself, -0.0 equals 0.0, strings compare as bytes; inside of
/// arrays and structs NULL comes first. Immutable, thread-safe.
class ValueOrder {
 public:
  /// Requires IsOrderable(type); a map inside compares as equal.
  static std::unique_ptr<const ValueOrder> Make(const DataType& type);
  virtual ~ValueOrder() = default;

  /// Negative, zero or positive. Neither value may be NULL.
  virtual int Compare(const arrow::Array& a, int64_t i, const arrow::Array& b,
                      int64_t j) const = 0;

  /// As Compare, with NULL before everything else.
  int CompareNullable(const arrow::Array& a, int64_t i, const arrow::Array& b, int64_t j) const;
};

/// Compares bytes as unsigned numbers.
inline int CompareBytes(std::string_view a, std::string_view b) { return a.compare(b); }

/// The order of floating numbers, with NaN as the greatest.
template <typename T>
bool FloatLess(T a, T b) {
  return a < b || (b != b && a == a);
}
template <typename T>
bool FloatEqual(T a, T b) {
  return a == b || (a != a && b != b);
}

}  // namespace firesteel
