#pragma once

#include <string>
#include <string_view>

namespace firesteel {

// Texts that stand for bytes. The decoders replace what is in `out`.

/// False for a character that is no hexadecimal digit. An odd first digit stands alone.
bool DecodeHex(std::string_view text, std::string* out);

/// Appends base 64 with line breaks (CR LF) after every 76 characters, as MIME wants it.
void EncodeBase64(std::string_view bytes, std::string* out);
/// Decodes MIME's form: characters outside of the alphabet are skipped. False when a lone digit is
/// left or the padding does not fit.
bool DecodeBase64(std::string_view text, std::string* out);

}  // namespace firesteel
