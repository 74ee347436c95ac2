#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "sql/source_text.h"

namespace firesteel {

enum class TokenKind : uint8_t {
  kWord,        ///< identifier or keyword: no word is reserved, the parser decides by its place
  kQuotedName,  ///< `…`
  kString,      ///< '…', "…", r'…', r"…"
  kNumber,      ///< digits, point, exponent and suffix: 12, 1.5, 1e3BD, 7L
  kSymbol,      ///< operators and punctuation, longest first
  kUnknown,     ///< a character with no meaning in SQL, a quote without its end
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  int start = 0;  ///< first byte
  int end = 0;    ///< byte after the last
};

/// Splits SQL text into tokens; the last one is kEnd. Comments (`-- …`, nested `/* … */`) and white
/// space are left out. What no rule knows becomes kUnknown, so that the parser's error names it.
/// Errors: UNCLOSED_BRACKETED_COMMENT, INVALID_IDENTIFIER (letters beyond ASCII without backticks).
Result<std::vector<Token>> Tokenize(const SourceText& source);

/// The value of a kString token's text: without quotes, escapes replaced.
std::string UnescapeString(std::string_view token);
/// The name in a kQuotedName token's text: two backticks inside stand for one.
std::string UnquoteName(std::string_view token);

}  // namespace firesteel
