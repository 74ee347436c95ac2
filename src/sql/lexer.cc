#include "sql/lexer.h"

#include <array>
#include <utility>

#include "common/ascii.h"

namespace firesteel {

namespace {

// Longest first, so that the first match is the right one.
constexpr std::string_view kSymbols[] = {
    ">>>", "<=>", "/*+", "<<", ">>", "<=", ">=", "<>", "!=", "!<", "!>", "==", "=>", "->", "::",
    "||",  "|>",  "(",   ")",  "[",  "]",  ",",  ".",  ";",  ":",  "+",  "-",  "*",  "/",  "%",
    "&",   "|",   "^",   "~",  "<",  ">",  "=",  "!",  "?"};

// What editors leave between words besides ASCII: NBSP, the spaces of U+2000…, U+202F, U+3000, BOM.
constexpr std::string_view kWideSpaces[] = {
    "\xC2\xA0",     "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
    "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
    "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xAF", "\xE3\x80\x80", "\xEF\xBB\xBF"};

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_';
}
bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

class Lexer {
 public:
  explicit Lexer(const SourceText& source) : source_(source), text_(source.text()) {}

  Result<std::vector<Token>> Run() {
    for (;;) {
      ARROW_RETURN_NOT_OK(SkipSpaceAndComments());
      if (position_ >= text_.size()) break;
      ARROW_RETURN_NOT_OK(ReadToken());
    }
    const int end = static_cast<int>(text_.size());
    tokens_.push_back({TokenKind::kEnd, end, end});
    return std::move(tokens_);
  }

 private:
  char At(size_t index) const { return index < text_.size() ? text_[index] : '\0'; }
  bool StartsWith(std::string_view what) const { return text_.substr(position_).starts_with(what); }

  void Add(TokenKind kind, size_t end) {
    tokens_.push_back({kind, static_cast<int>(position_), static_cast<int>(end)});
    position_ = end;
  }

  Status SkipSpaceAndComments() {
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++position_;
      } else if (c == '-' && At(position_ + 1) == '-') {
        const size_t line_end = text_.find('\n', position_);
        position_ = line_end == text_.npos ? text_.size() : line_end + 1;
      } else if (c == '/' && At(position_ + 1) == '*' && At(position_ + 2) != '+') {
        ARROW_RETURN_NOT_OK(SkipBracketedComment());
      } else if (IsBeyondAscii(c) && WideSpaceLength(position_) > 0) {
        position_ += WideSpaceLength(position_);
      } else {
        return Status::OK();
      }
    }
    return Status::OK();
  }

  size_t WideSpaceLength(size_t at) const {
    for (std::string_view space : kWideSpaces) {
      if (text_.substr(at).starts_with(space)) return space.size();
    }
    return 0;
  }

  /// Whether a character that belongs to a word begins here, allowed in names or not.
  bool IsWordAt(size_t at) const {
    if (at >= text_.size()) return false;
    return IsWordCharacter(text_[at]) || (IsBeyondAscii(text_[at]) && WideSpaceLength(at) == 0);
  }

  Status SkipBracketedComment() {
    const size_t start = position_;
    int depth = 0;
    while (position_ + 1 < text_.size()) {
      if (StartsWith("/*")) {
        ++depth;
        position_ += 2;
      } else if (StartsWith("*/")) {
        position_ += 2;
        if (--depth == 0) return Status::OK();
      } else {
        ++position_;
      }
    }
    return source_.ErrorAt("UNCLOSED_BRACKETED_COMMENT", {}, static_cast<int>(start),
                           static_cast<int>(text_.size()));
  }

  Status ReadToken() {
    const char c = text_[position_];
    if (c == '\'' || c == '"') {
      ReadString(position_);
    } else if (ToUpper(c) == 'R' && (At(position_ + 1) == '\'' || At(position_ + 1) == '"')) {
      ReadRawString();
    } else if (c == '`') {
      ReadQuotedName();
    } else if (IsDigit(c) || (c == '.' && IsDigit(At(position_ + 1)))) {
      return ReadNumberOrWord();
    } else if (IsWordCharacter(c) || IsBeyondAscii(c)) {
      return ReadWord();
    } else {
      ReadSymbol();
    }
    return Status::OK();
  }

  // Two quotes inside stand for one, a backslash takes the next character with it.
  void ReadString(size_t open) {
    const char quote = text_[open];
    for (size_t i = open + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (At(i + 1) != quote) return Add(TokenKind::kString, i + 1);
        ++i;
      }
    }
    Add(TokenKind::kUnknown, open + 1);
  }

  void ReadRawString() {
    const size_t close = text_.find(text_[position_ + 1], position_ + 2);
    if (close == text_.npos) return Add(TokenKind::kUnknown, position_ + 2);
    Add(TokenKind::kString, close + 1);
  }

  void ReadQuotedName() {
    for (size_t i = position_ + 1; i < text_.size(); ++i) {
      if (text_[i] != '`') continue;
      if (At(i + 1) != '`') return Add(TokenKind::kQuotedName, i + 1);
      ++i;
    }
    Add(TokenKind::kUnknown, position_ + 1);
  }

  size_t SkipDigits(size_t from) const {
    while (IsDigit(At(from))) ++from;
    return from;
  }

  /// The end of an exponent at `from`, or `from` when there is none.
  size_t SkipExponent(size_t from) const {
    if (ToUpper(At(from)) != 'E') return from;
    size_t digits = from + 1;
    if (At(digits) == '+' || At(digits) == '-') ++digits;
    const size_t end = SkipDigits(digits);
    return end > digits ? end : from;
  }

  /// The end of a type suffix at `from`; L, S and Y only where `whole` says so.
  size_t SkipSuffix(size_t from, bool whole) const {
    const char c = ToUpper(At(from));
    if (c == 'B' && ToUpper(At(from + 1)) == 'D') return from + 2;
    if (c == 'F' || c == 'D') return from + 1;
    return whole && (c == 'L' || c == 'S' || c == 'Y') ? from + 1 : from;
  }

  // Words may start with a digit (`1st`), so a number is only what no word character follows.
  Status ReadNumberOrWord() {
    const size_t whole_end = SkipDigits(position_);
    if (At(whole_end) == '.') {
      const size_t end = SkipSuffix(SkipExponent(SkipDigits(whole_end + 1)), false);
      if (!IsWordCharacter(At(end))) {
        Add(TokenKind::kNumber, end);
        return Status::OK();
      }
      if (whole_end == position_) {
        Add(TokenKind::kSymbol, position_ + 1);
        return Status::OK();
      }
    }
    const size_t exponent_end = SkipExponent(whole_end);
    const size_t end = SkipSuffix(exponent_end, exponent_end == whole_end);
    if (IsWordAt(end)) return ReadWord();
    Add(TokenKind::kNumber, end);
    return Status::OK();
  }

  Status ReadWord() {
    size_t end = position_;
    bool beyond_ascii = false;
    while (IsWordAt(end)) {
      beyond_ascii |= IsBeyondAscii(text_[end]);
      ++end;
    }
    if (beyond_ascii) {
      const int start = static_cast<int>(position_);
      const int stop = static_cast<int>(end);
      return source_.ErrorAt("INVALID_IDENTIFIER",
                             {{"ident", std::string(source_.Slice(start, stop))}}, start, stop);
    }
    Add(TokenKind::kWord, end);
    return Status::OK();
  }

  void ReadSymbol() {
    for (std::string_view symbol : kSymbols) {
      if (StartsWith(symbol)) return Add(TokenKind::kSymbol, position_ + symbol.size());
    }
    Add(TokenKind::kUnknown, position_ + 1);
  }

  const SourceText& source_;
  std::string_view text_;
  size_t position_ = 0;
  std::vector<Token> tokens_;
};

void AppendCodePoint(uint32_t code, std::string* out) {
  // Java strings hold lone surrogates, UTF-8 does not: they become question marks, as in Spark.
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    out->push_back('?');
  } else if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | code >> 18));
    out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char upper = ToUpper(c);
  return upper >= 'A' && upper <= 'F' ? upper - 'A' + 10 : -1;
}

/// Reads `count` hexadecimal digits; false when they are not there.
bool ReadHex(std::string_view text, size_t from, size_t count, uint32_t* code) {
  if (from + count > text.size()) return false;
  *code = 0;
  for (size_t i = from; i < from + count; ++i) {
    const int digit = HexDigit(text[i]);
    if (digit < 0) return false;
    *code = *code << 4 | static_cast<uint32_t>(digit);
  }
  return true;
}

bool IsOctal(std::string_view text, size_t from) {
  return from + 3 <= text.size() && text[from] >= '0' && text[from] <= '1' &&
         text[from + 1] >= '0' && text[from + 1] <= '7' && text[from + 2] >= '0' &&
         text[from + 2] <= '7';
}

/// Appends what the escape at `text[at]` (the character after the backslash) stands for; returns
/// the index after it.
size_t AppendEscape(std::string_view text, size_t at, std::string* out) {
  uint32_t code = 0;
  if (text[at] == 'u' && ReadHex(text, at + 1, 4, &code)) {
    uint32_t low = 0;
    if (code >= 0xD800 && code < 0xDC00 && text.substr(at + 5, 2) == "\\u" &&
        ReadHex(text, at + 7, 4, &low) && low >= 0xDC00 && low < 0xE000) {
      AppendCodePoint(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), out);
      return at + 11;
    }
    AppendCodePoint(code, out);
    return at + 5;
  }
  if (text[at] == 'U' && ReadHex(text, at + 1, 8, &code)) {
    AppendCodePoint(code, out);
    return at + 9;
  }
  if (IsOctal(text, at)) {
    AppendCodePoint(static_cast<uint32_t>((text[at] - '0') * 64 + (text[at + 1] - '0') * 8 +
                                          (text[at + 2] - '0')),
                    out);
    return at + 3;
  }
  switch (text[at]) {
    case '0': out->push_back('\0'); break;
    case 'b': out->push_back('\b'); break;
    case 'n': out->push_back('\n'); break;
    case 'r': out->push_back('\r'); break;
    case 't': out->push_back('\t'); break;
    case 'Z': out->push_back('\x1A'); break;
    // The wildcards of LIKE keep their backslash: it is LIKE that takes it away.
    case '%':
    case '_': out->append({'\\', text[at]}); break;
    default: out->push_back(text[at]);
  }
  return at + 1;
}

}  // namespace

Result<std::vector<Token>> Tokenize(const SourceText& source) { return Lexer(source).Run(); }

std::string UnescapeString(std::string_view token) {
  if (ToUpper(token[0]) == 'R') return std::string(token.substr(2, token.size() - 3));
  const char quote = token[0];
  const std::string_view text = token.substr(1, token.size() - 2);
  std::string value;
  value.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      i = AppendEscape(text, i + 1, &value);
    } else {
      if (text[i] == quote) ++i;  // The first of two.
      value.push_back(text[i++]);
    }
  }
  return value;
}

std::string UnquoteName(std::string_view token) {
  std::string name;
  for (size_t i = 1; i + 1 < token.size(); ++i) {
    if (token[i] == '`') ++i;  // The first of two.
    name.push_back(token[i]);
  }
  return name;
}

}  // namespace firesteel
