#include <filesystem>
#include <system_error>

#include "common/env.h"
#include "common/error.h"
#include "common/percent_encoding.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

// The scheme of a URI without the colon, "" for a plain path. A colon after the first slash belongs
// to the path.
std::string_view SchemeOf(std::string_view text) {
  const size_t end = text.find_first_of(":/");
  if (end == text.npos || end == 0 || text[end] != ':' || !IsAsciiLetter(text[0])) return "";
  for (char c : text.substr(0, end)) {
    if (!IsAsciiLetter(c) && !IsAsciiDigit(c) && c != '+' && c != '.' && c != '-') return "";
  }
  return text.substr(0, end);
}

void AppendEscaped(std::string_view bytes, std::string* out) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (unsigned char c : bytes) {
    out->push_back('%');
    out->push_back(kDigits[c >> 4]);
    out->push_back(kDigits[c & 15]);
  }
}

// Java's URI keeps these of ASCII in a path.
bool StaysInUriPath(char c) {
  return IsAsciiLetter(c) || IsAsciiDigit(c) ||
         std::string_view("_-!.~'()*,;:$&+=@/").find(c) != std::string_view::npos;
}

// Java's URI escapes control characters and spaces outside of ASCII, and keeps all the rest there.
// `text` starts with a byte >= 0x80; returns the length of an escaped character, 0 for none.
size_t EscapedUnicodeLength(std::string_view text) {
  static constexpr std::string_view kSpaces[] = {"\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8",
                                                 "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
                                                 "\xE3\x80\x80"};
  for (std::string_view space : kSpaces) {
    if (text.starts_with(space)) return space.size();
  }
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) return 2;  // U+0080 to U+009F
  if (byte(0) == 0xE2 && byte(1) == 0x80 && byte(2) >= 0x80 && byte(2) <= 0x8A) return 3;
  return 0;
}

}  // namespace

Result<std::string> ToLocalPath(std::string_view path_or_uri) {
  std::string path;
  const std::string_view scheme = SchemeOf(path_or_uri);
  if (scheme.empty()) {
    path = path_or_uri;
  } else {
    std::string_view rest = path_or_uri.substr(scheme.size() + 1);
    std::string_view authority;
    if (rest.starts_with("//")) {
      rest.remove_prefix(2);
      authority = rest.substr(0, rest.find('/'));
      rest.remove_prefix(authority.size());
    }
    if (scheme != "file" || (!authority.empty() && authority != "localhost")) {
      return MakeError("UNSUPPORTED_FILE_SYSTEM", {{"path", std::string(path_or_uri)}});
    }
    path = PercentDecode(rest);
  }
  if (path.empty() || path.find('\0') != path.npos) {
    return MakeError("INVALID_PATH", {{"path", std::string(path_or_uri)}});
  }
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return Status::IOError(fmt::format("{}: {}", path, error.message()));
  path = absolute.lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string ToFileUri(std::string_view path) {
  std::string uri = "file://";
  while (!path.empty()) {
    const char c = path[0];
    size_t length = 1;
    if (StaysInUriPath(c)) {
      uri.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x80) {
      AppendEscaped(path.substr(0, 1), &uri);
    } else if (const size_t escaped = EscapedUnicodeLength(path); escaped > 0) {
      length = escaped;
      AppendEscaped(path.substr(0, length), &uri);
    } else {
      uri.push_back(c);
    }
    path.remove_prefix(length);
  }
  return uri;
}

}  // namespace firesteel
