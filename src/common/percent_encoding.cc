#include "common/percent_encoding.h"

#include "common/ascii.h"

namespace firesteel {
namespace {

/// -1 for what is no digit.
int PercentDigit(char c) {
  if (IsDigit(c)) return c - '0';
  c = ToUpper(c);
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && PercentDigit(text[i + 1]) >= 0 &&
        PercentDigit(text[i + 2]) >= 0) {
      decoded.push_back(
          static_cast<char>(PercentDigit(text[i + 1]) * 16 + PercentDigit(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

}  // namespace firesteel
