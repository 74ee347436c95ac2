#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace firesteel {

/// Returns a bit for each of 16 bytes, lowest first: whether it is a digit.
[[gnu::always_inline]] inline uint32_t DigitBits16(const char* bytes) {
#if defined(__SSE2__)
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i value = _mm_sub_epi8(text, _mm_set1_epi8('0'));
  const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);
  return static_cast<uint32_t>(_mm_movemask_epi8(is_digit));
#else
  uint32_t bits = 0;
  for (int i = 0; i < 16; ++i) {
    bits |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i] - '0') < 10) << i;
  }
  return bits;
#endif
}

[[gnu::always_inline]] inline uint64_t LoadEight(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

/// Reads eight digits at once: pairs, then fours, then all. Zero bytes count as the digit 0.
[[gnu::always_inline]] inline uint64_t EightDigits(uint64_t word) {
  word = (word & 0x0F0F0F0F0F0F0F0FULL) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FFULL) * 6553601 >> 16;
  return (word & 0x0000FFFF0000FFFFULL) * 42949672960001ULL >> 32;
}

/// Reads the number at `begin`: a sign or none, 1 to 8 digits, a point, and digits; 16 bytes at
/// most behind the sign. All of its digits are an exact double, as is the power of ten, so that one
/// division rounds as it must. No branch depends on the sign or the count of digits, which differ
/// from row to row: that saves most of the time. 32 bytes from `begin` on must be readable.
[[gnu::always_inline]] inline double ParseShortDecimal(const char* begin, uint32_t whole_digits,
                                                       uint32_t fraction_digits) {
  static constexpr std::array<double, 15> kPowers{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6, 1e7,
                                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14};
  const uint64_t negative = *begin == '-' ? 1 : 0;
  const char* const digits = begin + negative;
  // Shifts the digits to the right end of their words; zeros come in from the left.
  const uint64_t whole = EightDigits(LoadEight(digits) << (64 - 8 * whole_digits));
  const char* const fraction = digits + whole_digits + 1;
  const auto word = (static_cast<unsigned __int128>(LoadEight(fraction + 8)) << 64 |
                     LoadEight(fraction))
                    << (128 - 8 * fraction_digits);
  const uint64_t parts = EightDigits(static_cast<uint64_t>(word)) * 100000000 +
                         EightDigits(static_cast<uint64_t>(word >> 64));
  const double power = kPowers[fraction_digits];
  const double all = static_cast<double>(static_cast<int64_t>(whole)) * power +
                     static_cast<double>(static_cast<int64_t>(parts));
  const double positive = all / power;
  return std::bit_cast<double>(std::bit_cast<uint64_t>(positive) | negative << 63);
}

}  // namespace firesteel
