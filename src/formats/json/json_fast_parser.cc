#include "formats/json/json_fast_parser.h"

#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "formats/json/json_scalars.h"

namespace firesteel {
namespace {

uint64_t LoadWord(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// Returns how many of the eight bytes from `bytes` on are digits before the first other byte.
int LeadingDigits(const char* bytes) {
  const uint64_t word = LoadWord(bytes) ^ 0x3030303030303030ULL;
  const uint64_t others =
      ((word + 0x7676767676767676ULL) | word) & 0x8080808080808080ULL;
  return std::countr_zero(others) / 8;
}

const char* PassDigits(const char* at) {
  int digits;
  do {
    digits = LeadingDigits(at);
    at += digits;
  } while (digits == 8);
  return at;
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Whether a number or word may end before this byte.
bool IsDelimiter(char c) { return c == ',' || c == '}' || c == ']' || IsBlank(c); }

// Checks a number by the JSON grammar; returns its end, nullptr when there is anything to say
// against it.
const char* PassNumber(const char* begin, bool* is_integer) {
  const char* at = begin + (*begin == '-' ? 1 : 0);
  const char* digits = at;
  at = PassDigits(at);
  if (at == digits || (*digits == '0' && at - digits > 1)) return nullptr;
  *is_integer = true;
  if (*at == '.') {
    *is_integer = false;
    const char* fraction = ++at;
    at = PassDigits(at);
    if (at == fraction) return nullptr;
  }
  if (*at == 'e' || *at == 'E') {
    *is_integer = false;
    ++at;
    if (*at == '+' || *at == '-') ++at;
    const char* exponent = at;
    at = PassDigits(at);
    if (at == exponent) return nullptr;
  }
  if (!IsDelimiter(*at) || at - begin > JsonSyntax::kMostDigits) return nullptr;
  return at;
}

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Checks the escapes of a string that holds some.
bool EscapesArePlain(const char* at, const char* end) {
  while ((at = static_cast<const char*>(std::memchr(at, '\\', end - at))) != nullptr) {
    const char c = at[1];
    if (c == 'u') {
      if (end - at < 6) return false;
      for (int i = 2; i < 6; ++i) {
        if (!IsHexDigit(at[i])) return false;
      }
      at += 6;
    } else if (c != '\0' && std::strchr("\"\\/bfnrt", c) != nullptr) {
      at += 2;
    } else {
      return false;
    }
  }
  return true;
}

constexpr size_t kMostGuesses = 256;

}  // namespace

JsonFastParser::JsonFastParser(const Schema& schema, JsonRecordParser* tolerant)
    : tolerant_(tolerant), slots_(schema.size()) {}

void JsonFastParser::SetText(std::string_view text) {
  text_ = text.data();
  text_end_ = text_ + text.size();
  next_backslash_ = text_ - 1;
}

bool JsonFastParser::HasBackslash(const char* begin, const char* end) {
  if (next_backslash_ < begin) {
    next_backslash_ = static_cast<const char*>(std::memchr(begin, '\\', text_end_ - begin));
    if (next_backslash_ == nullptr) next_backslash_ = text_end_;
  }
  return next_backslash_ < end;
}

// Only blanks can stand between the closing quote and the next token.
const char* JsonFastParser::StringEnd(const uint32_t* token) const {
  const char* end = text_ + token[1];
  while (end[-1] != '"') --end;
  return end;
}

void JsonFastParser::Remember(std::string_view name, int column, Guess* guess) {
  guess->column = column;
  guess->length = UINT32_MAX;
  if (name.size() > 16) return;
  guess->length = static_cast<uint32_t>(name.size());
  for (size_t word = 0; word < 2; ++word) {
    guess->words[word] = guess->masks[word] = 0;
    for (size_t i = word * 8; i < name.size() && i < word * 8 + 8; ++i) {
      const uint64_t byte = static_cast<uint8_t>(name[i]);
      guess->words[word] |= byte << (8 * (i % 8));
      guess->masks[word] |= uint64_t{0xFF} << (8 * (i % 8));
    }
  }
}

int JsonFastParser::FindColumn(const uint32_t* token, size_t ordinal) {
  const char* name = text_ + token[0] + 1;
  if (ordinal < guesses_.size()) {
    const Guess& guess = guesses_[ordinal];
    // A distance that leaves room for the quotes only proves where the name ends.
    if (token[1] - token[0] == guess.length + 2 &&
        ((LoadWord(name) ^ guess.words[0]) & guess.masks[0]) == 0 &&
        ((LoadWord(name + 8) ^ guess.words[1]) & guess.masks[1]) == 0) {
      return guess.column;
    }
  }
  const char* end = StringEnd(token) - 1;
  if (HasBackslash(name, end)) return kNotPlain;
  const std::string_view text(name, end - name);
  const int column = tolerant_->root().Find(text, ordinal);
  if (ordinal < kMostGuesses) {
    if (ordinal >= guesses_.size()) guesses_.resize(ordinal + 1);
    Remember(text, column, &guesses_[ordinal]);
  }
  return column;
}

const uint32_t* JsonFastParser::PassScalar(const uint32_t* token, Slot* slot) {
  const char* begin = text_ + *token;
  slot->begin = begin;
  switch (*begin) {
    case '"': {
      slot->end = StringEnd(token);
      slot->kind = Kind::kString;
      if (HasBackslash(begin, slot->end)) {
        if (!EscapesArePlain(begin + 1, slot->end - 1)) return nullptr;
        slot->kind = Kind::kEscaped;
      }
      return token + 1;
    }
    case 't':
      if (std::memcmp(begin, "true", 4) != 0 || !IsDelimiter(begin[4])) return nullptr;
      slot->end = begin + 4;
      slot->kind = Kind::kTrue;
      return token + 1;
    case 'f':
      if (std::memcmp(begin, "false", 5) != 0 || !IsDelimiter(begin[5])) return nullptr;
      slot->end = begin + 5;
      slot->kind = Kind::kFalse;
      return token + 1;
    case 'n':
      if (std::memcmp(begin, "null", 4) != 0 || !IsDelimiter(begin[4])) return nullptr;
      slot->end = begin + 4;
      slot->kind = Kind::kNull;
      return token + 1;
    default: {
      if (*begin != '-' && (*begin < '0' || *begin > '9')) return nullptr;
      bool is_integer = false;
      slot->end = PassNumber(begin, &is_integer);
      slot->kind = is_integer ? Kind::kInteger : Kind::kFloat;
      return slot->end == nullptr ? nullptr : token + 1;
    }
  }
}

const uint32_t* JsonFastParser::PassValue(const uint32_t* token, uint32_t line_end, Slot* slot) {
  const char first = text_[*token];
  if (first != '{' && first != '[') return PassScalar(token, slot);
  slot->begin = text_ + *token;
  slot->kind = Kind::kNested;
  token = PassContainer(token, line_end);
  if (token != nullptr) slot->end = text_ + token[-1] + 1;
  return token;
}

// Checks every token up to the bracket that closes the one at `token`.
const uint32_t* JsonFastParser::PassContainer(const uint32_t* token, uint32_t line_end) {
  // Tells objects (1) from arrays (0), a bit for each level. The record itself is a level too.
  std::array<uint64_t, JsonSyntax::kDeepest / 64 + 1> levels;
  int depth = 0;
  Slot ignored;
  bool in_object = false;
  bool opened = true;  // a container was just opened at `token`
  while (true) {
    if (opened) {
      if (depth + 1 >= JsonSyntax::kDeepest) return nullptr;
      in_object = text_[*token] == '{';
      const uint64_t bit = uint64_t{1} << (depth % 64);
      levels[depth / 64] = in_object ? levels[depth / 64] | bit : levels[depth / 64] & ~bit;
      ++depth;
      ++token;
    }
    if (*token >= line_end) return nullptr;
    const char close = in_object ? '}' : ']';
    bool closed = opened && text_[*token] == close;
    opened = false;
    if (!closed) {
      if (in_object) {
        if (text_[*token] != '"' || text_[token[1]] != ':') return nullptr;
        const char* begin = text_ + *token;
        const char* end = StringEnd(token);
        if (HasBackslash(begin, end) && !EscapesArePlain(begin + 1, end - 1)) return nullptr;
        token += 2;
        if (*token >= line_end) return nullptr;
      }
      const char first = text_[*token];
      if (first == '{' || first == '[') {
        opened = true;
        continue;
      }
      token = PassScalar(token, &ignored);
      if (token == nullptr) return nullptr;
    }
    // Behind a value: a comma goes on, brackets close.
    while (closed || (*token < line_end && text_[*token] != ',')) {
      if (!closed && text_[*token] != (in_object ? '}' : ']')) return nullptr;
      closed = false;
      ++token;
      if (--depth == 0) return token;
      in_object = (levels[(depth - 1) / 64] >> ((depth - 1) % 64) & 1) != 0;
    }
    ++token;
  }
}

Result<bool> JsonFastParser::ParseRecord(const uint32_t** token, uint32_t line_end,
                                         std::vector<JsonColumn>* columns, int64_t row) {
  const uint32_t* at = *token;
  if (text_[*at] != '{') return false;
  for (Slot& slot : slots_) slot.kind = Kind::kMissing;
  ++at;
  if (*at < line_end && text_[*at] == '}') {
    ++at;
  } else {
    Slot ignored;
    for (size_t ordinal = 0;; ++ordinal) {
      if (*at >= line_end || text_[*at] != '"' || text_[at[1]] != ':') return false;
      const int column = FindColumn(at, ordinal);
      at += 2;
      if (column == kNotPlain || *at >= line_end) return false;
      Slot* slot = column < 0 ? &ignored : &slots_[column];
      if (column >= 0 && slot->kind != Kind::kMissing) return false;  // a name came twice
      at = PassValue(at, line_end, slot);
      if (at == nullptr || *at >= line_end) return false;
      const char next = text_[*at];
      ++at;
      if (next == '}') break;
      if (next != ',') return false;
    }
  }
  // Anything behind the record on its line is for the tolerant parser to judge.
  if (*at < line_end) return false;
  ARROW_ASSIGN_OR_RAISE(const bool appended, AppendSlots(columns));
  if (!appended) {
    for (JsonColumn& column : *columns) column.Truncate(row);
    return false;
  }
  *token = at;
  return true;
}

Result<bool> JsonFastParser::AppendSlots(std::vector<JsonColumn>* columns) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const bool appended,
                          AppendSlot(slots_[i], static_cast<int>(i), &(*columns)[i]));
    if (!appended) return false;
  }
  return true;
}

Result<bool> JsonFastParser::AppendSlot(const Slot& slot, int index, JsonColumn* column) {
  const auto done = [](Status status) -> Result<bool> {
    ARROW_RETURN_NOT_OK(status);
    return true;
  };
  if (slot.kind == Kind::kMissing || slot.kind == Kind::kNull) {
    return done(column->AppendNull());
  }
  const std::string_view text(slot.begin, slot.end - slot.begin);
  switch (column->id()) {
    case TypeId::kString:
      if (slot.kind == Kind::kEscaped) break;
      return done(column->AppendBytes(
          slot.kind == Kind::kString ? text.substr(1, text.size() - 2) : text));
    case TypeId::kInteger:
    case TypeId::kLong: {
      int64_t value = 0;
      if (slot.kind != Kind::kInteger || !ParseJsonLong(text, &value)) return false;
      if (column->id() == TypeId::kLong) return done(column->AppendFixed(value));
      if (value != static_cast<int32_t>(value)) return false;
      return done(column->AppendFixed(static_cast<int32_t>(value)));
    }
    case TypeId::kDouble:
      if (slot.kind != Kind::kInteger && slot.kind != Kind::kFloat) break;
      return done(column->AppendFixed(ParseJsonDouble(text)));
    case TypeId::kBoolean:
      if (slot.kind != Kind::kTrue && slot.kind != Kind::kFalse) return false;
      return done(column->AppendFixed<uint8_t>(slot.kind == Kind::kTrue ? 1 : 0));
    default:
      break;
  }
  return tolerant_->ParseValue(text, index, column);
}

}  // namespace firesteel
