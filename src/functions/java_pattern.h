#pragma once

#include <string>
#include <string_view>

namespace firesteel {

/// Rewrites the parts of a Java regular expression that PCRE2 spells differently: \uXXXX,
/// \p{Alpha} and its kin, \p{IsLatin}, \Q…\E, unions and intersections of character classes.
/// Returns false for what has no counterpart (Unicode blocks) or is malformed.
bool TranslateJavaPattern(std::string_view pattern, std::string* out);

}  // namespace firesteel
