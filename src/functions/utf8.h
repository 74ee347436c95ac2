#pragma once

#include <cstdint>
#include <string_view>

namespace firesteel {

// Characters of UTF-8 text, counted as Spark counts them: the first byte alone says how long a
// character is, so that malformed text has a length, too.

/// The bytes of the character that starts with this byte.
inline int CharacterBytes(unsigned char first) {
  if (first < 0xC2) return 1;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  if (first < 0xF5) return 4;
  return 1;
}

/// The number of characters.
inline int64_t CountCharacters(std::string_view text) {
  int64_t count = 0;
  for (size_t i = 0; i < text.size(); i += CharacterBytes(text[i])) ++count;
  return count;
}

/// The byte at which character `index` starts; the size of the text when it has fewer.
inline size_t CharacterOffset(std::string_view text, int64_t index) {
  size_t i = 0;
  for (; index > 0 && i < text.size(); --index) i += CharacterBytes(text[i]);
  return i < text.size() ? i : text.size();
}

/// The characters [start, end); a start below zero counts as positions before the text.
inline std::string_view Characters(std::string_view text, int64_t start, int64_t end) {
  if (end <= start) return {};
  const size_t first = CharacterOffset(text, start);
  const size_t count = CharacterOffset(text.substr(first), end - (start > 0 ? start : 0));
  return text.substr(first, count);
}

/// Whether all bytes are below 0x80.
inline bool IsAscii(std::string_view text) {
  unsigned char all = 0;
  for (unsigned char c : text) all |= c;
  return all < 0x80;
}

/// Reads the character at byte `i` and moves `i` behind it; malformed bytes give U+FFFD.
inline char32_t DecodeCharacter(std::string_view text, size_t* i) {
  const auto first = static_cast<unsigned char>(text[*i]);
  const int bytes = CharacterBytes(first);
  if (bytes == 1) {
    ++*i;
    return first < 0x80 ? first : U'\uFFFD';
  }
  if (*i + bytes > text.size()) {
    *i = text.size();
    return U'\uFFFD';
  }
  char32_t code = first & (0x7F >> bytes);
  bool good = true;
  for (int k = 1; k < bytes; ++k) {
    const auto next = static_cast<unsigned char>(text[*i + k]);
    good &= (next & 0xC0) == 0x80;
    code = code << 6 | (next & 0x3F);
  }
  *i += bytes;
  return good ? code : U'\uFFFD';
}

/// The bytes of the well-formed character at the start of `text`; when there is none, 0, and
/// `maximal` is how many bytes one replacement character stands for (Unicode's maximal subpart).
inline int WellFormedBytes(std::string_view text, int* maximal) {
  *maximal = 1;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const int size = CharacterBytes(first);
  if (size == 1) return 0;
  // Some first bytes narrow the second one: overlong forms, surrogates, beyond U+10FFFF.
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (int i = 1; i < size; ++i) {
    if (static_cast<size_t>(i) >= text.size()) return 0;
    const auto next = static_cast<unsigned char>(text[i]);
    if (next < (i == 1 ? low : 0x80) || next > (i == 1 ? high : 0xBF)) return 0;
    *maximal = i + 1;
  }
  return size;
}

/// Whether all of the text is well-formed UTF-8.
inline bool IsWellFormed(std::string_view text) {
  if (IsAscii(text)) return true;
  int maximal = 0;
  for (size_t i = 0; i < text.size();) {
    const int bytes = WellFormedBytes(text.substr(i), &maximal);
    if (bytes == 0) return false;
    i += bytes;
  }
  return true;
}

/// Appends a character as UTF-8.
template <typename String>
void AppendCharacter(char32_t code, String* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | code >> 18));
    out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

}  // namespace firesteel
