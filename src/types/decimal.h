#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firesteel {

using int128_t = __int128;
using uint128_t = unsigned __int128;

inline constexpr int kMaxDecimalPrecision = 38;
/// Decimals up to this precision fit a long; Spark stores them differently from larger ones.
inline constexpr int kMaxLongDecimalPrecision = 18;

/// 10 to the power of `exponent`, which must be in 0..38.
int128_t PowerOfTen(int exponent);

/// Whether `unscaled` has at most `precision` digits.
inline bool FitsPrecision(int128_t unscaled, int precision) {
  const int128_t limit = PowerOfTen(precision);
  return unscaled < limit && unscaled > -limit;
}

/// Divides and rounds half away from zero, as Spark rounds decimals. `divisor` must be positive.
int128_t DivideHalfUp(int128_t dividend, int128_t divisor);

/// Moves the decimal point from scale `from` to scale `to`, rounding half up. nullopt when the
/// result has more than `precision` digits.
std::optional<int128_t> Rescale(int128_t unscaled, int from, int to, int precision);

/// A buffer that every decimal's text fits into.
inline constexpr size_t kDecimalTextSize = 48;
/// Writes plain text (`-12.340`, never an exponent) to `out`; returns its length.
size_t FormatDecimal(int128_t unscaled, int scale, char* out);
/// Writes as Java's BigDecimal.toString, which has an exponent for small numbers (`1.0E-7`).
size_t FormatDecimalScientific(int128_t unscaled, int scale, char* out);

enum class DecimalParse {
  kOk,
  kMalformed,
  kTooLarge,        ///< a number, but one that does not fit
  kTooLargeForAny,  ///< more than 38 digits before the point: it fits no decimal type
};
/// Parses `[+-]digits[.digits][e[+-]digits]` into a decimal of `precision` and `scale`, rounding
/// half up.
DecimalParse ParseDecimal(std::string_view text, int precision, int scale, int128_t* unscaled);

/// The double nearest to the decimal.
double DecimalToDouble(int128_t unscaled, int scale);
/// The float nearest to the decimal.
float DecimalToFloat(int128_t unscaled, int scale);

/// Writes the shortest big-endian two's complement form (Java's BigInteger.toByteArray) to `out`,
/// which has room for 16 bytes; returns the number of bytes.
int MinimalBigEndian(int128_t value, uint8_t* out);
/// Reads big-endian two's complement; `bytes` has 1 to 16 bytes.
int128_t FromBigEndian(std::string_view bytes);

}  // namespace firesteel
