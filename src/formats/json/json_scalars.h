#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firesteel {

/// Reads a whole number that the JSON grammar has accepted. False when it does not fit.
bool ParseJsonLong(std::string_view digits, int64_t* value);

/// Reads a number that the JSON grammar has accepted. Too large is infinite, too small is zero, and
/// the whole number -0 is 0.0, as in Java.
double ParseJsonDouble(std::string_view number);
float ParseJsonFloat(std::string_view number);

/// Reads NaN, +INF, Infinity and their like. False for anything else.
bool ParseJsonNonNumeric(std::string_view word, double* value);

/// Reads base64 text with its padding; blanks may stand between groups of four. False when
/// malformed.
bool ParseBase64(std::string_view text, std::string* bytes);

}  // namespace firesteel
