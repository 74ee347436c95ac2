#include "formats/json/json_scalars.h"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

#include "formats/json/json_digits.h"

namespace firesteel {
namespace {

template <typename T>
T ParseFloating(std::string_view number) {
  T value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Tells too large from too small: a value below 1 has a negative exponent or begins with 0.
    const size_t exponent = number.find_first_of("eE");
    const bool negative = number.front() == '-';
    bool small = exponent != number.npos && number[exponent + 1] == '-';
    if (exponent == number.npos) small = number.substr(negative ? 1 : 0).starts_with("0");
    value = small ? T{0} : std::numeric_limits<T>::infinity();
    return negative ? -value : value;
  }
  (void)end;
  if (value == 0 && number.find_first_of(".eE") == number.npos) return 0;
  return value;
}

std::array<int8_t, 256> MakeBase64Values() {
  std::array<int8_t, 256> values;
  values.fill(-1);
  const std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < letters.size(); ++i) {
    values[static_cast<uint8_t>(letters[i])] = static_cast<int8_t>(i);
  }
  return values;
}

}  // namespace

bool ParseJsonLong(std::string_view digits, int64_t* value) {
  const bool negative = digits.starts_with('-');
  const char* at = digits.data() + (negative ? 1 : 0);
  const char* end = digits.data() + digits.size();
  if (end - at > 18) {
    const auto [stop, error] = std::from_chars(digits.data(), end, *value);
    return error == std::errc() && stop == end;
  }
  uint64_t number = 0;
  for (; (end - at) % 8 != 0; ++at) number = number * 10 + static_cast<uint64_t>(*at - '0');
  for (; at < end; at += 8) number = number * 100000000 + EightDigits(LoadEight(at));
  *value = static_cast<int64_t>(negative ? -number : number);
  return true;
}

double ParseJsonDouble(std::string_view number) { return ParseFloating<double>(number); }

float ParseJsonFloat(std::string_view number) { return ParseFloating<float>(number); }

bool ParseJsonNonNumeric(std::string_view word, double* value) {
  if (word == "NaN") {
    *value = std::numeric_limits<double>::quiet_NaN();
  } else if (word == "Infinity" || word == "+Infinity" || word == "+INF") {
    *value = std::numeric_limits<double>::infinity();
  } else if (word == "-Infinity" || word == "-INF") {
    *value = -std::numeric_limits<double>::infinity();
  } else {
    return false;
  }
  return true;
}

bool ParseBase64(std::string_view text, std::string* bytes) {
  static const std::array<int8_t, 256> kValues = MakeBase64Values();
  bytes->clear();
  size_t i = 0;
  while (true) {
    while (i < text.size() && static_cast<uint8_t>(text[i]) <= ' ') ++i;
    if (i == text.size()) return true;
    if (text.size() - i < 4) return false;
    const std::string_view group = text.substr(i, 4);
    const int padding = group[3] != '=' ? 0 : group[2] != '=' ? 1 : 2;
    uint32_t bits = 0;
    for (int digit = 0; digit < 4 - padding; ++digit) {
      const int8_t value = kValues[static_cast<uint8_t>(group[digit])];
      if (value < 0) return false;
      bits |= static_cast<uint32_t>(value) << (18 - 6 * digit);
    }
    for (int byte = 0; byte < 3 - padding; ++byte) {
      bytes->push_back(static_cast<char>(bits >> (16 - 8 * byte)));
    }
    i += 4;
  }
}

}  // namespace firesteel
