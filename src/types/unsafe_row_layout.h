#pragma once

#include <cstdint>

#include "firesteel/types.h"
#include "types/decimal.h"

namespace firesteel {

// The measures of Spark's UnsafeRow and UnsafeArrayData; unsafe_row.h draws the former. An array is
//
//   [int64 number of elements][null bits: 8-byte words][elements in their own width, the whole
//   padded to 8 bytes][variable part]
//
// and a map [int64 size of the key array][key array][value array].

constexpr int64_t RoundUpTo8(int64_t size) { return (size + 7) & ~int64_t{7}; }
/// The bytes of the null bits of `count` fields or elements.
constexpr int64_t NullBitsSize(int64_t count) { return (count + 63) / 64 * 8; }
/// The bytes of a row before its variable part.
constexpr int64_t RowFixedSize(int64_t fields) { return NullBitsSize(fields) + 8 * fields; }
/// The bytes of an array before its elements.
constexpr int64_t ArrayHeaderSize(int64_t elements) { return 8 + NullBitsSize(elements); }

inline bool IsLargeDecimal(const DataType& type) {
  return type.id() == TypeId::kDecimal && type.precision() > kMaxLongDecimalPrecision;
}

/// The bytes of one element of an array of `type`.
inline int64_t ElementWidth(const DataType& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
    case TypeId::kByte:
      return 1;
    case TypeId::kShort:
      return 2;
    case TypeId::kInteger:
    case TypeId::kFloat:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return 4;
    default:
      return 8;
  }
}

}  // namespace firesteel
