#pragma once

#include <map>
#include <string>
#include <string_view>

#include "firesteel/error.h"

namespace firesteel {

/// A piece of type text. `text` is the word, the name without its backticks, the digits, the
/// contents of the string literal, or the one character of a symbol.
struct TypeToken {
  enum class Kind { kEnd, kWord, kQuotedName, kNumber, kString, kSymbol };
  Kind kind = Kind::kEnd;
  std::string text = {};
  size_t start = 0;
  size_t end = 0;

  bool IsSymbol(char c) const { return kind == Kind::kSymbol && text[0] == c; }
  /// Whether it is this word, in any case; `lower` is in lower case.
  bool IsWord(std::string_view lower) const;
  bool IsName() const { return kind == Kind::kWord || kind == Kind::kQuotedName; }
};

/// Splits type text into tokens; skips spaces and comments (`-- …`, `/* … */`, the latter nested).
/// Copyable: a copy is a place to come back to.
class TypeLexer {
 public:
  TypeLexer(std::string_view text, size_t offset) : text_(text), position_(offset) {}

  /// Errors: PARSE_SYNTAX_ERROR, UNCLOSED_BRACKETED_COMMENT.
  Result<TypeToken> Next();

  /// Makes a PARSE_SYNTAX_ERROR that points to `token`.
  Status SyntaxError(const TypeToken& token) const;
  /// Makes an error that points to the bytes [start, end).
  Status ErrorAt(std::string_view condition, std::map<std::string, std::string> parameters,
                 size_t start, size_t end) const;

 private:
  Status SkipSpace();
  Result<TypeToken> QuotedName();
  Result<TypeToken> StringLiteral(char quote);
  Status AppendEscape(std::string* out);

  std::string_view text_;
  size_t position_;
};

/// Lower case of ASCII letters only.
std::string AsciiLowerCase(std::string_view text);
/// Upper case of ASCII letters only.
std::string AsciiUpperCase(std::string_view text);

}  // namespace firesteel
