#include "formats/utf8.h"

#include <cstdint>

#include "simdjson.h"

namespace firesteel {
namespace {

// Returns the length of the character at the start of `text`, or minus the number of bytes that are
// the longest beginning of one (at least 1). Half of a surrogate pair is no character, but as long
// as one.
int CharacterLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  int length;
  uint8_t low = 0x80;
  uint8_t high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  } else {
    return -1;
  }
  for (int i = 1; i < length; ++i) {
    if (static_cast<size_t>(i) >= text.size() || byte(i) < low || byte(i) > high) return -i;
    low = 0x80;
    high = 0xBF;
  }
  const bool is_surrogate = first == 0xED && byte(1) > 0x9F;
  return is_surrogate ? -length : length;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const int length = CharacterLength(text);
    if (length > 0) {
      valid.append(text.substr(0, length));
      text.remove_prefix(length);
    } else {
      valid.append("\xEF\xBF\xBD");
      text.remove_prefix(-length);
    }
  }
  return valid;
}

}  // namespace firesteel
