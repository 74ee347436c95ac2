#pragma once

#include <string>
#include <string_view>

namespace firesteel {

/// Rewrites the parts of a Java regular expression that PCRE2 spells differently: \uXXXX,
/// \p{Alpha} and its kin, \p{IsLatin}, nested character classes. Returns false for what has no
/// counterpart (intersections of classes, blocks).
bool TranslateJavaPattern(std::string_view pattern, std::string* out);

}  // namespace firesteel
