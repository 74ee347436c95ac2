#pragma once

#include <string>
#include <string_view>

#include "formats/json/json_syntax.h"

namespace firesteel {

enum class JsonToken {
  kEnd,  ///< only blanks (and comments) were left
  kObject,
  kArray,
  kString,
  kInteger,
  kFloat,
  kNonNumeric,  ///< NaN, Infinity and their like
  kTrue,
  kFalse,
  kNull,
  kMalformed,  ///< error() says why; nothing after it can be read
};

enum class JsonStep { kItem, kEnd, kMalformed };

/// Reads one JSON text as leniently as Spark's reader does, checking every byte it passes. Not
/// thread-safe. Call order: NextValue; after kObject, NextField until kEnd, with NextValue (and
/// what follows from it) after each field; after kArray, NextElement likewise; or SkipRest for all
/// of it.
class JsonLexer {
 public:
  explicit JsonLexer(const JsonSyntax& syntax) : syntax_(syntax) {}

  /// Starts a new text; it must stay in place while it is read. `depth` is that of containers
  /// around it.
  void Reset(std::string_view text, int depth = 0);

  JsonToken NextValue();
  /// kItem: name() is the next field's name.
  JsonStep NextField(bool first);
  /// kItem: an element follows.
  JsonStep NextElement(bool first);
  /// Passes over what is left of the value that began with `token`. False when malformed.
  bool SkipRest(JsonToken token);

  /// The scalar as written; a string without its quotes.
  std::string_view raw() const { return raw_; }
  /// The string's characters with escapes replaced; valid until the next token.
  std::string_view Text();
  std::string_view name() const { return name_; }
  /// Where the last value began, and where reading goes on.
  const char* value_begin() const { return value_begin_; }
  const char* position() const { return at_; }
  const char* error() const { return error_; }

 private:
  JsonToken Fail(const char* reason) {
    error_ = reason;
    return JsonToken::kMalformed;
  }
  bool SkipBlanks();
  bool SkipComment();
  JsonToken LexString(char quote);
  bool PassEscape();
  bool PassMultibyte();
  JsonToken LexNumber();
  JsonToken LexNonNumeric(const char* begin);
  JsonToken LexWord(std::string_view word, JsonToken token);
  bool LexName();
  bool LexUnquotedName();
  bool Enter();
  void Decode(std::string_view raw, std::string* out) const;

  JsonSyntax syntax_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* value_begin_ = nullptr;
  const char* error_ = "";
  std::string_view raw_;
  std::string_view name_;
  bool needs_decoding_ = false;
  int depth_ = 0;
  std::string decoded_text_;
  std::string decoded_name_;
};

}  // namespace firesteel
