#pragma once

namespace firesteel {

/// Classes and case of single ASCII characters, whatever the locale.

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline char ToUpper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace firesteel
