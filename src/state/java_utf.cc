#include "state/java_utf.h"

#include <algorithm>

namespace firesteel {
namespace {

constexpr size_t kMaxBytes = 65535;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Counts the bytes of the UTF-8 character at the start of `text`; one for a byte that is no start.
size_t CharacterBytes(std::string_view text) {
  const unsigned char lead = static_cast<unsigned char>(text[0]);
  const size_t claimed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return std::min(claimed, text.size());
}

size_t EncodedBytes(std::string_view character) {
  if (character.size() == 4) return 6;
  return character[0] == '\0' ? 2 : character.size();
}

void AppendThreeBytes(uint32_t unit, std::string* out) {
  out->push_back(static_cast<char>(0xe0 | unit >> 12));
  out->push_back(static_cast<char>(0x80 | (unit >> 6 & 0x3f)));
  out->push_back(static_cast<char>(0x80 | (unit & 0x3f)));
}

void AppendCharacter(std::string_view character, std::string* out) {
  if (character[0] == '\0') {
    out->append("\xc0\x80");
  } else if (character.size() == 4) {
    uint32_t code = static_cast<unsigned char>(character[0]) & 0x07;
    for (const char c : character.substr(1)) code = code << 6 | (c & 0x3f);
    code -= 0x10000;
    AppendThreeBytes(0xd800 + (code >> 10 & 0x3ff), out);
    AppendThreeBytes(0xdc00 + (code & 0x3ff), out);
  } else {
    out->append(character);
  }
}

uint32_t ReadThreeBytes(std::string_view bytes) {
  return (bytes[0] & 0x0fu) << 12 | (bytes[1] & 0x3fu) << 6 | (bytes[2] & 0x3fu);
}

bool IsThreeBytes(std::string_view bytes) {
  return bytes.size() >= 3 && (static_cast<unsigned char>(bytes[0]) & 0xf0) == 0xe0 &&
         IsContinuation(bytes[1]) && IsContinuation(bytes[2]);
}

// Decodes the character at the start of `*bytes`; false when there is none.
bool DecodeCharacter(std::string_view* bytes, std::string* text) {
  const unsigned char lead = static_cast<unsigned char>((*bytes)[0]);
  if (lead < 0x80) {
    if (lead == 0) return false;
    text->push_back(static_cast<char>(lead));
    bytes->remove_prefix(1);
    return true;
  }
  if ((lead & 0xe0) == 0xc0) {
    if (bytes->size() < 2 || !IsContinuation((*bytes)[1])) return false;
    if (bytes->starts_with("\xc0\x80")) {
      text->push_back('\0');
    } else {
      text->append(bytes->substr(0, 2));
    }
    bytes->remove_prefix(2);
    return true;
  }
  if (!IsThreeBytes(*bytes)) return false;
  const uint32_t unit = ReadThreeBytes(*bytes);
  if (unit < 0xd800 || unit > 0xdfff) {
    text->append(bytes->substr(0, 3));
    bytes->remove_prefix(3);
    return true;
  }
  const std::string_view second = bytes->substr(3);
  if (unit > 0xdbff || !IsThreeBytes(second)) return false;
  const uint32_t low = ReadThreeBytes(second);
  if (low < 0xdc00 || low > 0xdfff) return false;
  const uint32_t code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  text->push_back(static_cast<char>(0xf0 | code >> 18));
  text->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3f)));
  text->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
  text->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  bytes->remove_prefix(6);
  return true;
}

}  // namespace

void AppendJavaUtf(std::string_view text, std::string* out) {
  const size_t at = out->size();
  out->append(2, '\0');
  while (!text.empty()) {
    const size_t size = CharacterBytes(text);
    AppendCharacter(text.substr(0, size), out);
    text.remove_prefix(size);
  }
  const size_t count = out->size() - at - 2;
  (*out)[at] = static_cast<char>(count >> 8);
  (*out)[at + 1] = static_cast<char>(count);
}

std::vector<std::string_view> SplitForJavaUtf(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t from = 0;
  size_t at = 0;
  size_t encoded = 0;
  while (at < text.size()) {
    const size_t size = CharacterBytes(text.substr(at));
    const size_t bytes = EncodedBytes(text.substr(at, size));
    if (encoded + bytes > kMaxBytes) {
      parts.push_back(text.substr(from, at - from));
      from = at;
      encoded = 0;
    }
    encoded += bytes;
    at += size;
  }
  parts.push_back(text.substr(from));
  return parts;
}

Result<std::string> ReadJavaUtf(std::string_view* bytes) {
  if (bytes->size() < 2) return Status::Invalid("the file ends where a text was expected");
  const size_t count = static_cast<size_t>(static_cast<unsigned char>((*bytes)[0])) << 8 |
                       static_cast<unsigned char>((*bytes)[1]);
  if (bytes->size() - 2 < count) return Status::Invalid("the file ends in the middle of a text");
  std::string_view encoded = bytes->substr(2, count);
  bytes->remove_prefix(2 + count);
  std::string text;
  while (!encoded.empty()) {
    if (!DecodeCharacter(&encoded, &text)) {
      return Status::Invalid("a text is not in Java's modified UTF-8");
    }
  }
  return text;
}

}  // namespace firesteel
