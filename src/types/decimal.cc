#include "types/decimal.h"

#include <array>
#include <charconv>
#include <cstring>
#include <system_error>

#include "common/ascii.h"

namespace firesteel {
namespace {

constexpr std::array<int128_t, kMaxDecimalPrecision + 1> MakePowers() {
  std::array<int128_t, kMaxDecimalPrecision + 1> powers{};
  powers[0] = 1;
  for (int i = 1; i <= kMaxDecimalPrecision; ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr auto kPowers = MakePowers();

uint128_t Magnitude(int128_t value) {
  return value < 0 ? uint128_t{0} - static_cast<uint128_t>(value) : static_cast<uint128_t>(value);
}

// Writes the digits of `value` so that they end at `end`; returns where they start.
char* WriteDigits(uint128_t value, char* end) {
  // Divides by 10^18 first: 128-bit divisions are slow.
  while (value > UINT64_MAX) {
    auto low = static_cast<uint64_t>(value % static_cast<uint128_t>(kPowers[18]));
    value /= static_cast<uint128_t>(kPowers[18]);
    for (int i = 0; i < 18; ++i, low /= 10) *--end = static_cast<char>('0' + low % 10);
  }
  auto rest = static_cast<uint64_t>(value);
  do {
    *--end = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  return end;
}

// The exponent after `e`; clamped, as anything beyond is zero or too large anyway.
bool ParseExponent(std::string_view text, int64_t* exponent) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  int64_t value = 0;
  for (char c : text) {
    if (!IsDigit(c)) return false;
    if (value < 1'000'000'000) value = value * 10 + (c - '0');
  }
  *exponent = negative ? -value : value;
  return true;
}

template <typename Float>
Float DecimalToFloating(int128_t unscaled, int scale) {
  char text[kDecimalTextSize + 8];
  char* const end = text + kDecimalTextSize;
  char* begin = WriteDigits(Magnitude(unscaled), end);
  if (unscaled < 0) *--begin = '-';
  *end = 'e';
  char* const stop = std::to_chars(end + 1, text + sizeof(text), -scale).ptr;
  Float value = 0;
  std::from_chars(begin, stop, value);
  return value;
}

}  // namespace

int128_t PowerOfTen(int exponent) { return kPowers[exponent]; }

int128_t DivideHalfUp(int128_t dividend, int128_t divisor) {
  const int128_t quotient = dividend / divisor;
  const uint128_t rest = Magnitude(dividend % divisor);
  if (rest < static_cast<uint128_t>(divisor) - rest) return quotient;
  return dividend < 0 ? quotient - 1 : quotient + 1;
}

std::optional<int128_t> Rescale(int128_t unscaled, int from, int to, int precision) {
  int128_t result = unscaled;
  if (to > from) {
    if (to - from > kMaxDecimalPrecision)
      return unscaled == 0 ? std::optional(unscaled) : std::nullopt;
    if (__builtin_mul_overflow(unscaled, kPowers[to - from], &result)) return std::nullopt;
  } else if (to < from) {
    result = from - to > kMaxDecimalPrecision ? 0 : DivideHalfUp(unscaled, kPowers[from - to]);
  }
  if (!FitsPrecision(result, precision)) return std::nullopt;
  return result;
}

size_t FormatDecimal(int128_t unscaled, int scale, char* out) {
  char digits[kDecimalTextSize];
  char* const end = digits + sizeof(digits);
  char* begin = WriteDigits(Magnitude(unscaled), end);
  while (end - begin <= scale) *--begin = '0';
  char* position = out;
  if (unscaled < 0) *position++ = '-';
  const size_t whole = static_cast<size_t>(end - begin - scale);
  std::memcpy(position, begin, whole);
  position += whole;
  if (scale > 0) {
    *position++ = '.';
    std::memcpy(position, begin + whole, static_cast<size_t>(scale));
    position += scale;
  }
  return static_cast<size_t>(position - out);
}

size_t FormatDecimalScientific(int128_t unscaled, int scale, char* out) {
  char digits[kDecimalTextSize];
  char* const end = digits + sizeof(digits);
  const char* begin = WriteDigits(Magnitude(unscaled), end);
  const auto count = static_cast<int>(end - begin);
  const int exponent = count - 1 - scale;
  if (scale == 0 || exponent >= -6) return FormatDecimal(unscaled, scale, out);
  char* position = out;
  if (unscaled < 0) *position++ = '-';
  *position++ = *begin;
  if (count > 1) {
    *position++ = '.';
    std::memcpy(position, begin + 1, static_cast<size_t>(count - 1));
    position += count - 1;
  }
  *position++ = 'E';
  position = std::to_chars(position, out + kDecimalTextSize, exponent).ptr;
  return static_cast<size_t>(position - out);
}

DecimalParse ParseDecimal(std::string_view text, int precision, int scale, int128_t* unscaled) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  // Up to 38 significant digits are kept, with the first dropped digit for rounding.
  int128_t value = 0;
  int kept = 0;
  int64_t dropped = 0;
  int first_dropped = 0;
  int64_t fraction_digits = 0;
  bool any_digit = false;
  bool in_fraction = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !in_fraction) {
      in_fraction = true;
      continue;
    }
    if (!IsDigit(c)) break;
    any_digit = true;
    fraction_digits += in_fraction ? 1 : 0;
    if (kept < kMaxDecimalPrecision) {
      value = value * 10 + (c - '0');
      kept += value == 0 ? 0 : 1;
    } else {
      if (dropped == 0) first_dropped = c - '0';
      ++dropped;
    }
  }
  int64_t exponent = 0;
  if (i < text.size() && any_digit && (text[i] == 'e' || text[i] == 'E')) {
    if (!ParseExponent(text.substr(i + 1), &exponent)) return DecimalParse::kMalformed;
  } else if (i < text.size()) {
    return DecimalParse::kMalformed;
  }
  if (!any_digit) return DecimalParse::kMalformed;
  *unscaled = 0;
  if (value == 0) return DecimalParse::kOk;
  // value × 10^-from is the number, apart from the digits dropped.
  const int64_t from = fraction_digits - dropped - exponent;
  if (kept - from > kMaxDecimalPrecision) return DecimalParse::kTooLargeForAny;
  std::optional<int128_t> rescaled;
  if (from == scale && dropped > 0) {
    rescaled = value + (first_dropped >= 5 ? 1 : 0);
    if (!FitsPrecision(*rescaled, precision)) rescaled.reset();
  } else if (from < scale - kMaxDecimalPrecision) {
    return DecimalParse::kTooLarge;
  } else if (from <= scale + 2 * kMaxDecimalPrecision) {
    rescaled = Rescale(value, static_cast<int>(from), scale, precision);
  } else {
    rescaled = 0;
  }
  if (!rescaled.has_value()) return DecimalParse::kTooLarge;
  *unscaled = negative ? -*rescaled : *rescaled;
  return DecimalParse::kOk;
}

double DecimalToDouble(int128_t unscaled, int scale) {
  // Both operands are exact here, so that one division rounds correctly.
  constexpr int128_t kExactDouble = int128_t{1} << 53;
  if (scale <= 22 && unscaled < kExactDouble && unscaled > -kExactDouble) {
    return static_cast<double>(static_cast<int64_t>(unscaled)) /
           static_cast<double>(kPowers[scale]);
  }
  return DecimalToFloating<double>(unscaled, scale);
}

float DecimalToFloat(int128_t unscaled, int scale) {
  return DecimalToFloating<float>(unscaled, scale);
}

int MinimalBigEndian(int128_t value, uint8_t* out) {
  uint8_t bytes[16];
  auto rest = static_cast<uint128_t>(value);
  for (int i = 15; i >= 0; --i, rest >>= 8) bytes[i] = static_cast<uint8_t>(rest);
  // A leading byte is dropped when the sign can still be read from the next one.
  const uint8_t filler = value < 0 ? 0xFF : 0x00;
  int start = 0;
  while (start < 15 && bytes[start] == filler && (bytes[start + 1] & 0x80) == (filler & 0x80)) {
    ++start;
  }
  std::memcpy(out, bytes + start, static_cast<size_t>(16 - start));
  return 16 - start;
}

int128_t FromBigEndian(std::string_view bytes) {
  uint128_t value = static_cast<int8_t>(bytes[0]) < 0 ? ~uint128_t{0} : 0;
  for (char c : bytes) value = (value << 8) | static_cast<uint8_t>(c);
  return static_cast<int128_t>(value);
}

}  // namespace firesteel
