#include "types/type_lexer.h"

#include <algorithm>
#include <utility>

#include "common/ascii.h"
#include "common/error.h"

namespace firesteel {
namespace {

// Letters outside of ASCII are taken as they are: names may be in any language.
bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

void AppendUtf8(uint32_t code, std::string* out) {
  if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;  // half of a surrogate pair
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code >> 6)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xE0 | (code >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

}  // namespace

std::string AsciiLowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string AsciiUpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

bool TypeToken::IsWord(std::string_view lower) const {
  return kind == Kind::kWord && AsciiLowerCase(text) == lower;
}

Status TypeLexer::ErrorAt(std::string_view condition, std::map<std::string, std::string> parameters,
                          size_t start, size_t end) const {
  start = std::min(start, text_.size());
  end = std::clamp(end, start, text_.size());
  const std::string_view before = text_.substr(0, start);
  const size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  QueryContext context{.fragment = std::string(text_.substr(start, end - start)),
                       .full_text = std::string(text_),
                       .start_offset = static_cast<int>(start),
                       .stop_offset = static_cast<int>(std::max(start + 1, end) - 1),
                       .line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
                       .position = static_cast<int>(start - line_start)};
  return MakeErrorAt(condition, std::move(parameters), std::move(context));
}

Status TypeLexer::SyntaxError(const TypeToken& token) const {
  const std::string error =
      token.kind == TypeToken::Kind::kEnd
          ? "end of input"
          : "'" + std::string(text_.substr(token.start, token.end - token.start)) + "'";
  return ErrorAt("PARSE_SYNTAX_ERROR", {{"error", error}, {"hint", ""}}, token.start, token.end);
}

Status TypeLexer::SkipSpace() {
  while (position_ < text_.size()) {
    const std::string_view rest = text_.substr(position_);
    if (IsSpace(rest[0])) {
      ++position_;
    } else if (rest.starts_with("--")) {
      position_ += std::min(rest.find('\n'), rest.size());
    } else if (rest.starts_with("/*")) {
      const size_t start = position_;
      int depth = 0;
      do {
        const std::string_view here = text_.substr(std::min(position_, text_.size()));
        if (here.empty()) {
          return ErrorAt("UNCLOSED_BRACKETED_COMMENT", {}, start, text_.size());
        }
        const bool opens = here.starts_with("/*");
        const bool closes = here.starts_with("*/");
        depth += opens ? 1 : closes ? -1 : 0;
        position_ += opens || closes ? 2 : 1;
      } while (depth > 0);
    } else {
      break;
    }
  }
  return Status::OK();
}

Result<TypeToken> TypeLexer::Next() {
  ARROW_RETURN_NOT_OK(SkipSpace());
  TypeToken token{.start = position_, .end = position_};
  if (position_ == text_.size()) return token;
  const char c = text_[position_];
  if (c == '`') return QuotedName();
  if (c == '\'' || c == '"') return StringLiteral(c);
  if (IsWordCharacter(c)) {
    size_t end = position_;
    bool digits_only = true;
    while (end < text_.size() && IsWordCharacter(text_[end])) {
      digits_only = digits_only && IsDigit(text_[end]);
      ++end;
    }
    token.kind = digits_only ? TypeToken::Kind::kNumber : TypeToken::Kind::kWord;
    position_ = end;
  } else {
    token.kind = TypeToken::Kind::kSymbol;
    ++position_;
  }
  token.end = position_;
  token.text = std::string(text_.substr(token.start, token.end - token.start));
  return token;
}

Result<TypeToken> TypeLexer::QuotedName() {
  TypeToken token{.kind = TypeToken::Kind::kQuotedName, .start = position_};
  for (++position_; position_ < text_.size(); ++position_) {
    if (text_[position_] == '`') {
      ++position_;
      if (position_ == text_.size() || text_[position_] != '`') {
        token.end = position_;
        return token;
      }
    }
    token.text.push_back(text_[position_]);
  }
  token.end = text_.size();
  return SyntaxError({.kind = TypeToken::Kind::kSymbol, .start = token.start, .end = token.end});
}

Result<TypeToken> TypeLexer::StringLiteral(char quote) {
  TypeToken token{.kind = TypeToken::Kind::kString, .start = position_};
  ++position_;
  while (position_ < text_.size()) {
    const char c = text_[position_++];
    if (c == quote) {
      // A doubled quote stands for one.
      if (position_ == text_.size() || text_[position_] != quote) {
        token.end = position_;
        return token;
      }
      token.text.push_back(text_[position_++]);
    } else if (c == '\\' && position_ < text_.size()) {
      ARROW_RETURN_NOT_OK(AppendEscape(&token.text));
    } else {
      token.text.push_back(c);
    }
  }
  token.end = text_.size();
  return SyntaxError({.kind = TypeToken::Kind::kSymbol, .start = token.start, .end = token.end});
}

// Reads what follows a backslash: \n and its like, \u0041, or any character for itself.
Status TypeLexer::AppendEscape(std::string* out) {
  const char c = text_[position_++];
  const size_t known = std::string_view("0bnrtZ").find(c);
  if (known != std::string_view::npos) {
    out->push_back("\0\b\n\r\t\x1A"[known]);
    return Status::OK();
  }
  if (c != 'u') {
    out->push_back(c);
    return Status::OK();
  }
  uint32_t code = 0;
  for (int digit = 0; digit < 4; ++digit) {
    const char hex = position_ < text_.size() ? AsciiLowerCase(text_.substr(position_, 1))[0] : ' ';
    const size_t value = std::string_view("0123456789abcdef").find(hex);
    if (value == std::string_view::npos) {
      return SyntaxError(
          {.kind = TypeToken::Kind::kSymbol, .start = position_ - 1, .end = position_});
    }
    code = code * 16 + static_cast<uint32_t>(value);
    ++position_;
  }
  AppendUtf8(code, out);
  return Status::OK();
}

}  // namespace firesteel
