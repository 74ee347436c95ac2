#include "types/number_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>

#include "common/ascii.h"

namespace firesteel {
namespace {

size_t Copy(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return text.size();
}

// The significant digits of a positive number and the exponent of the first one.
struct Digits {
  char digits[24];
  int count = 0;
  int exponent = 0;
};

Digits ReadScientific(const char* begin, const char* end) {
  Digits result;
  const char* p = begin;
  for (; p < end && *p != 'e'; ++p) {
    if (*p != '.') result.digits[result.count++] = *p;
  }
  ++p;
  if (p < end && *p == '+') ++p;
  std::from_chars(p, end, result.exponent);
  return result;
}

// Java 17 prints whole numbers that fit a long from their integer value, dropping only the digits
// that the type cannot tell apart, although fewer would often read back as the same number. Spark's
// users see those digits, so they are printed here, too. False for other numbers.
template <typename Float>
bool WholeNumberDigits(Float value, Digits* digits) {
  constexpr int kSignificantBits = std::numeric_limits<Float>::digits;
  if (value < Float{1} || value >= Float{4611686018427387904} * 2 || std::trunc(value) != value) {
    return false;
  }
  auto whole = static_cast<uint64_t>(value);
  const int dropped_bits = std::ilogb(value) - kSignificantBits - 1;
  if (dropped_bits > 1) {
    uint64_t unit = 1;
    for (int i = dropped_bits * 1233 >> 12; i > 0; --i) unit *= 10;  // about 10^(bits·log10(2))
    whole = (whole + unit / 2) / unit * unit;
  }
  char text[24];
  const char* end = std::to_chars(text, text + sizeof(text), whole).ptr;
  digits->exponent = static_cast<int>(end - text) - 1;
  while (end > text + 1 && end[-1] == '0') --end;
  digits->count = static_cast<int>(end - text);
  std::memcpy(digits->digits, text, static_cast<size_t>(digits->count));
  return true;
}

template <typename Float>
Digits ShortestDigits(Float value) {
  if (Digits whole; WholeNumberDigits(value, &whole)) return whole;
  char text[40];
  const char* end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  Digits digits = ReadScientific(text, end);
  if (digits.count > 1) return digits;
  // Java prints two digits at least, and where several pairs would read back as the same number (as
  // for the very smallest ones) the pair nearest to it.
  end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific, 1).ptr;
  Float read_back = 0;
  std::from_chars(text, end, read_back);
  if (read_back == value) return ReadScientific(text, end);
  return digits;
}

template <typename Float>
size_t FormatFloating(Float value, char* out) {
  if (std::isnan(value)) return Copy("NaN", out);
  char* position = out;
  if (std::signbit(value)) *position++ = '-';
  value = std::fabs(value);
  if (std::isinf(value)) return static_cast<size_t>(position - out) + Copy("Infinity", position);
  if (value == 0) return static_cast<size_t>(position - out) + Copy("0.0", position);
  const Digits digits = ShortestDigits(value);
  const auto append = [&](int from, int to) {
    for (int i = from; i < to; ++i) *position++ = i < digits.count ? digits.digits[i] : '0';
  };
  if (digits.exponent >= -3 && digits.exponent < 7) {
    const int whole = digits.exponent + 1;
    if (whole > 0) {
      append(0, whole);
      *position++ = '.';
      append(whole, std::max(digits.count, whole + 1));
    } else {
      position += Copy("0.", position);
      for (int i = whole; i < 0; ++i) *position++ = '0';
      // A single digit needs no zero behind it here: 0.001.
      append(0, digits.count == 2 && digits.digits[1] == '0' ? 1 : digits.count);
    }
  } else {
    append(0, 1);
    *position++ = '.';
    append(1, std::max(digits.count, 2));
    *position++ = 'E';
    position = std::to_chars(position, out + kFloatingTextSize, digits.exponent).ptr;
  }
  return static_cast<size_t>(position - out);
}

std::string_view TrimAsJava(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

// Whether the whole text is digits, a point and an exponent, which is more than from_chars asks.
bool IsDecimalNumber(std::string_view text) {
  size_t i = 0;
  size_t digits = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i) ++digits;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && IsDigit(text[i]); ++i) ++digits;
  }
  if (digits == 0) return false;
  if (i == text.size()) return true;
  if (text[i] != 'e' && text[i] != 'E') return false;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  const size_t exponent = i;
  while (i < text.size() && IsDigit(text[i])) ++i;
  return i == text.size() && i > exponent;
}

// Whether a number out of range is too large, rather than too small.
bool IsHuge(std::string_view text) {
  int64_t exponent = 0;
  bool in_fraction = false;
  bool significant = false;
  size_t i = 0;
  for (; i < text.size() && (IsDigit(text[i]) || text[i] == '.'); ++i) {
    if (text[i] == '.') {
      in_fraction = true;
      continue;
    }
    significant = significant || text[i] != '0';
    if (significant && !in_fraction) ++exponent;
    if (!significant && in_fraction) --exponent;
  }
  if (i == text.size()) return exponent > 0;
  ++i;
  const bool negative = text[i] == '-';
  if (negative || text[i] == '+') ++i;
  int64_t written = 0;
  for (; i < text.size(); ++i)
    written = std::min<int64_t>(written * 10 + (text[i] - '0'), 1'000'000'000);
  return exponent + (negative ? -written : written) > 0;
}

// Java's hexadecimal form needs its binary exponent: 0x1.8p3. `text` is what follows 0x.
template <typename Float>
std::optional<Float> ParseHexadecimal(std::string_view text) {
  const size_t exponent = text.find_first_of("pP");
  if (exponent == text.npos || exponent + 1 == text.size()) return std::nullopt;
  std::string copy(text);
  // from_chars takes no plus sign.
  if (copy[exponent + 1] == '+') copy.erase(exponent + 1, 1);
  Float value = 0;
  const char* const end = copy.data() + copy.size();
  const auto [stop, error] = std::from_chars(copy.data(), end, value, std::chars_format::hex);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    return copy[exponent + 1] == '-' ? Float{0} : std::numeric_limits<Float>::infinity();
  }
  return value;
}

template <typename Float>
std::optional<Float> ParseMagnitude(std::string_view text) {
  for (const char* word : {"inf", "infinity"}) {
    if (EqualsIgnoringCase(text, word)) return std::numeric_limits<Float>::infinity();
  }
  if (text.empty()) return std::nullopt;
  if (const char last = text.back(); last == 'd' || last == 'D' || last == 'f' || last == 'F') {
    text.remove_suffix(1);
  }
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    return ParseHexadecimal<Float>(text.substr(2));
  }
  if (!IsDecimalNumber(text)) return std::nullopt;
  Float value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    return IsHuge(text) ? std::numeric_limits<Float>::infinity() : Float{0};
  }
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

template <typename Float>
std::optional<Float> ParseFloating(std::string_view text) {
  text = TrimAsJava(text);
  bool negative = false;
  std::string_view magnitude = text;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    magnitude.remove_prefix(1);
  }
  // A sign is allowed before NaN in its Java spelling only.
  if (EqualsIgnoringCase(text, "nan") || magnitude == "NaN") {
    return std::numeric_limits<Float>::quiet_NaN();
  }
  const std::optional<Float> value = ParseMagnitude<Float>(magnitude);
  if (!value.has_value()) return std::nullopt;
  return negative ? -*value : *value;
}

}  // namespace

size_t FormatDouble(double value, char* out) { return FormatFloating(value, out); }
size_t FormatFloat(float value, char* out) { return FormatFloating(value, out); }

std::optional<double> ParseDouble(std::string_view text) { return ParseFloating<double>(text); }
std::optional<float> ParseFloat(std::string_view text) { return ParseFloating<float>(text); }

}  // namespace firesteel
