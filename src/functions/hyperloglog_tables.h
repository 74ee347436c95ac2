#pragma once

#include <cstdint>
#include <span>

namespace firesteel {

/// What HyperLogLog estimates for sets of known sizes; both of equal length, rising.
struct HyperLogLogTable {
  std::span<const double> estimates;
  std::span<const int32_t> sizes;
};

/// The table of a precision, 4 to 18.
HyperLogLogTable HyperLogLogTableFor(int precision);

}  // namespace firesteel
