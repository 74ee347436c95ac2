#include "formats/json/json_lexer.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "common/ascii.h"

namespace firesteel {
namespace {

bool IsJsonBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// Whether `c` may go on a word, so that `truex` is no literal. Bytes of other scripts count as
// letters: all but a few of their characters are.
bool IsWordPart(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<uint8_t>(c) >= 0x80;
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

uint32_t HexUnit(const char* four) {
  uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) unit = unit * 16 + static_cast<uint32_t>(HexValue(four[i]));
  return unit;
}

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code >> 6)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

char SimpleEscape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

void JsonLexer::Reset(std::string_view text, int depth) {
  // A byte order mark may stand before each record.
  if (depth == 0 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  at_ = text.data();
  end_ = at_ + text.size();
  value_begin_ = at_;
  error_ = "";
  depth_ = depth;
}

bool JsonLexer::SkipComment() {
  if (at_ + 1 < end_ && at_[1] == '/') {
    while (at_ < end_ && *at_ != '\n' && *at_ != '\r') ++at_;
    return true;
  }
  if (at_ + 1 < end_ && at_[1] == '*') {
    const std::string_view rest(at_ + 2, end_ - at_ - 2);
    const size_t close = rest.find("*/");
    if (close != rest.npos) {
      at_ += 2 + close + 2;
      return true;
    }
  }
  error_ = "a comment is not closed";
  return false;
}

bool JsonLexer::SkipBlanks() {
  while (at_ < end_) {
    if (IsJsonBlank(*at_)) {
      ++at_;
    } else if (*at_ == '/' && syntax_.allow_comments) {
      if (!SkipComment()) return false;
    } else {
      break;
    }
  }
  return true;
}

bool JsonLexer::Enter() {
  if (++depth_ > JsonSyntax::kDeepest) {
    error_ = "values are nested deeper than 1000 levels";
    return false;
  }
  return true;
}

JsonToken JsonLexer::NextValue() {
  if (!SkipBlanks()) return JsonToken::kMalformed;
  value_begin_ = at_;
  if (at_ == end_) return depth_ == 0 ? JsonToken::kEnd : Fail("the text ends inside of a value");
  const char c = *at_;
  switch (c) {
    case '"':
      return LexString('"');
    case '\'':
      return syntax_.allow_single_quotes ? LexString('\'') : Fail("a value was expected");
    case '{':
      ++at_;
      return Enter() ? JsonToken::kObject : JsonToken::kMalformed;
    case '[':
      ++at_;
      return Enter() ? JsonToken::kArray : JsonToken::kMalformed;
    case 't':
      return LexWord("true", JsonToken::kTrue);
    case 'f':
      return LexWord("false", JsonToken::kFalse);
    case 'n':
      return LexWord("null", JsonToken::kNull);
    case 'N':
    case 'I':
    case '+':
      return LexNonNumeric(at_);
    default:
      if (c == '-' || IsDigit(c)) return LexNumber();
      return Fail("a value was expected");
  }
}

JsonToken JsonLexer::LexWord(std::string_view word, JsonToken token) {
  const std::string_view rest(at_, end_ - at_);
  if (!rest.starts_with(word) || (rest.size() > word.size() && IsWordPart(rest[word.size()]))) {
    return Fail("an unknown word stands for a value");
  }
  raw_ = word;
  at_ += word.size();
  return token;
}

JsonToken JsonLexer::LexNonNumeric(const char* begin) {
  if (!syntax_.allow_non_numeric_numbers) return Fail("an unknown word stands for a value");
  at_ = begin;
  for (const std::string_view word :
       {"NaN", "Infinity", "-Infinity", "+Infinity", "-INF", "+INF"}) {
    if (LexWord(word, JsonToken::kNonNumeric) == JsonToken::kNonNumeric) {
      return JsonToken::kNonNumeric;
    }
  }
  return Fail("an unknown word stands for a value");
}

JsonToken JsonLexer::LexNumber() {
  const char* begin = at_;
  if (*at_ == '-') ++at_;
  if (at_ < end_ && *at_ == 'I') return LexNonNumeric(begin);
  const char* digits = at_;
  while (at_ < end_ && IsDigit(*at_)) ++at_;
  int64_t digit_count = at_ - digits;
  if (digit_count == 0) return Fail("a number has no digits");
  if (*digits == '0' && digit_count > 1 && !syntax_.allow_numeric_leading_zeros) {
    return Fail("a number begins with a zero");
  }
  JsonToken token = JsonToken::kInteger;
  if (at_ < end_ && *at_ == '.') {
    token = JsonToken::kFloat;
    const char* fraction = ++at_;
    while (at_ < end_ && IsDigit(*at_)) ++at_;
    if (at_ == fraction) return Fail("a number has no digits after its point");
    digit_count += at_ - fraction;
  }
  if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
    token = JsonToken::kFloat;
    ++at_;
    if (at_ < end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    const char* exponent = at_;
    while (at_ < end_ && IsDigit(*at_)) ++at_;
    if (at_ == exponent) return Fail("a number has no digits in its exponent");
    digit_count += at_ - exponent;
  }
  if (digit_count > JsonSyntax::kMostDigits) return Fail("a number has more than 1000 digits");
  raw_ = std::string_view(begin, at_ - begin);
  return token;
}

bool JsonLexer::PassEscape() {
  ++at_;
  if (at_ == end_) return false;
  const char c = *at_;
  if (c == 'u') {
    if (end_ - at_ < 5) return false;
    for (int i = 1; i <= 4; ++i) {
      if (HexValue(at_[i]) < 0) return false;
    }
    at_ += 5;
    return true;
  }
  const bool known = c != '\0' && std::strchr("\"\\/bfnrt", c) != nullptr;
  if (!known && !(c == '\'' && syntax_.allow_single_quotes) &&
      !syntax_.allow_backslash_escaping_any_character) {
    return false;
  }
  if (static_cast<uint8_t>(c) >= 0x80) return PassMultibyte();
  ++at_;
  return true;
}

// Accepts what Java's decoder of Jackson does: overlong forms too, surrogates not.
bool JsonLexer::PassMultibyte() {
  const uint8_t first = static_cast<uint8_t>(*at_);
  const int64_t left = end_ - at_;
  if ((first & 0xE0) == 0xC0) {
    if (left < 2 || !IsContinuation(at_[1])) return false;
    if (first < 0xC2) needs_decoding_ = true;
    at_ += 2;
    return true;
  }
  if ((first & 0xF0) == 0xE0) {
    if (left < 3 || !IsContinuation(at_[1]) || !IsContinuation(at_[2])) return false;
    const uint8_t second = static_cast<uint8_t>(at_[1]);
    if (first == 0xED && second >= 0xA0) return false;
    if (first == 0xE0 && second < 0xA0) needs_decoding_ = true;
    at_ += 3;
    return true;
  }
  if (first < 0xF0 || first > 0xF4 || left < 4) return false;
  const uint8_t second = static_cast<uint8_t>(at_[1]);
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return false;
  if (!IsContinuation(at_[1]) || !IsContinuation(at_[2]) || !IsContinuation(at_[3])) return false;
  at_ += 4;
  return true;
}

JsonToken JsonLexer::LexString(char quote) {
  const char* begin = ++at_;
  needs_decoding_ = false;
  while (at_ < end_) {
    const char c = *at_;
    if (c == quote) {
      raw_ = std::string_view(begin, at_ - begin);
      ++at_;
      return JsonToken::kString;
    }
    if (c == '\\') {
      needs_decoding_ = true;
      if (!PassEscape()) return Fail("a string holds an unknown escape");
    } else if (static_cast<uint8_t>(c) >= 0x80) {
      if (!PassMultibyte()) return Fail("a string is not valid UTF-8");
    } else if (static_cast<uint8_t>(c) < 0x20 && !syntax_.allow_unquoted_control_characters) {
      return Fail("a string holds a control character");
    } else {
      ++at_;
    }
  }
  return Fail("a string is not closed");
}

void JsonLexer::Decode(std::string_view raw, std::string* out) const {
  out->clear();
  size_t i = 0;
  while (i < raw.size()) {
    const uint8_t c = static_cast<uint8_t>(raw[i]);
    if (c == '\\' && raw[i + 1] == 'u') {
      uint32_t unit = HexUnit(raw.data() + i + 2);
      i += 6;
      if (unit >= 0xD800 && unit < 0xDC00 && raw.substr(i).starts_with("\\u")) {
        const uint32_t low = HexUnit(raw.data() + i + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
          i += 6;
        }
      }
      // Java turns half of a surrogate pair into a question mark.
      AppendUtf8(unit >= 0xD800 && unit < 0xE000 ? '?' : unit, out);
    } else if (c == '\\') {
      out->push_back(SimpleEscape(raw[i + 1]));
      i += 2;
    } else if (c == 0xC0 || c == 0xC1) {
      AppendUtf8((c & 0x1FU) << 6 | (static_cast<uint8_t>(raw[i + 1]) & 0x3FU), out);
      i += 2;
    } else if (c == 0xE0 && static_cast<uint8_t>(raw[i + 1]) < 0xA0) {
      AppendUtf8((static_cast<uint8_t>(raw[i + 1]) & 0x3FU) << 6 |
                     (static_cast<uint8_t>(raw[i + 2]) & 0x3FU),
                 out);
      i += 3;
    } else {
      out->push_back(raw[i]);
      ++i;
    }
  }
}

std::string_view JsonLexer::Text() {
  if (!needs_decoding_) return raw_;
  Decode(raw_, &decoded_text_);
  return decoded_text_;
}

bool JsonLexer::LexUnquotedName() {
  const char* begin = at_;
  const auto is_part = [](char c) {
    return IsWordPart(c) || (c != '\0' && std::strchr("@#*-+", c) != nullptr);
  };
  needs_decoding_ = false;
  while (at_ < end_ && is_part(*at_)) {
    if (static_cast<uint8_t>(*at_) < 0x80) {
      ++at_;
    } else if (!PassMultibyte()) {
      return false;
    }
  }
  raw_ = std::string_view(begin, at_ - begin);
  return at_ > begin;
}

bool JsonLexer::LexName() {
  const char c = at_ < end_ ? *at_ : '\0';
  bool good = false;
  if (c == '"' || (c == '\'' && syntax_.allow_single_quotes)) {
    good = LexString(c) == JsonToken::kString;
  } else if (syntax_.allow_unquoted_field_names) {
    good = LexUnquotedName();
  }
  if (!good) {
    error_ = "a field name was expected";
    return false;
  }
  name_ = raw_;
  if (needs_decoding_) {
    Decode(raw_, &decoded_name_);
    name_ = decoded_name_;
  }
  if (!SkipBlanks()) return false;
  if (at_ == end_ || *at_ != ':') {
    error_ = "a colon was expected after a field name";
    return false;
  }
  ++at_;
  return true;
}

JsonStep JsonLexer::NextField(bool first) {
  if (!SkipBlanks()) return JsonStep::kMalformed;
  if (at_ < end_ && *at_ == '}') {
    ++at_;
    --depth_;
    return JsonStep::kEnd;
  }
  if (!first) {
    if (at_ == end_ || *at_ != ',') {
      error_ = "a comma or } was expected";
      return JsonStep::kMalformed;
    }
    ++at_;
    if (!SkipBlanks()) return JsonStep::kMalformed;
  }
  return LexName() ? JsonStep::kItem : JsonStep::kMalformed;
}

JsonStep JsonLexer::NextElement(bool first) {
  if (!SkipBlanks()) return JsonStep::kMalformed;
  if (at_ < end_ && *at_ == ']') {
    ++at_;
    --depth_;
    return JsonStep::kEnd;
  }
  if (!first) {
    if (at_ == end_ || *at_ != ',') {
      error_ = "a comma or ] was expected";
      return JsonStep::kMalformed;
    }
    ++at_;
  }
  return JsonStep::kItem;
}

bool JsonLexer::SkipRest(JsonToken token) {
  if (token != JsonToken::kObject && token != JsonToken::kArray) {
    return token != JsonToken::kMalformed;
  }
  // Keeps its own stack: 1000 levels of calls would be a lot of it.
  std::vector<bool> objects{token == JsonToken::kObject};
  bool first = true;
  while (!objects.empty()) {
    const JsonStep step = objects.back() ? NextField(first) : NextElement(first);
    first = false;
    if (step == JsonStep::kMalformed) return false;
    if (step == JsonStep::kEnd) {
      objects.pop_back();
      continue;
    }
    const JsonToken value = NextValue();
    if (value == JsonToken::kMalformed) return false;
    if (value == JsonToken::kObject || value == JsonToken::kArray) {
      objects.push_back(value == JsonToken::kObject);
      first = true;
    }
  }
  return true;
}

}  // namespace firesteel
