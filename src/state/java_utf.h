#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

// Strings as Java's DataOutputStream.writeUTF writes them: a big-endian 16-bit count of bytes, then
// "modified UTF-8", in which NUL takes two bytes and a character beyond U+FFFF is written as its
// two UTF-16 surrogates, three bytes each.

/// Appends `text` (UTF-8), of which the encoded form must not be longer than 65535 bytes.
void AppendJavaUtf(std::string_view text, std::string* out);
/// Cuts `text` into the fewest parts that AppendJavaUtf can take, between characters.
std::vector<std::string_view> SplitForJavaUtf(std::string_view text);
/// Reads one string at the start of `*bytes` and removes it from there. The error is in words.
Result<std::string> ReadJavaUtf(std::string_view* bytes);

}  // namespace firesteel
