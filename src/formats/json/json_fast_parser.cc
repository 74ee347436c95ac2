#include "formats/json/json_fast_parser.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "formats/json/json_digits.h"
#include "formats/json/json_scalars.h"

namespace firesteel {
namespace {

#define FIRESTEEL_INLINE [[gnu::always_inline]] inline

FIRESTEEL_INLINE bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

const char* PassDigits(const char* at, const char* end) {
  while (at < end && *at >= '0' && *at <= '9') ++at;
  return at;
}

// What a number token is.
enum class NumberForm { kNone, kInteger, kFloat };

// Checks a number of any length by the JSON grammar.
NumberForm LongNumberForm(const char* at, const char* end) {
  if (end - at > JsonSyntax::kMostDigits) return NumberForm::kNone;
  if (*at == '-') ++at;
  const char* digits = at;
  at = PassDigits(at, end);
  if (at == digits || (*digits == '0' && at - digits > 1)) return NumberForm::kNone;
  if (at == end) return NumberForm::kInteger;
  if (*at == '.') {
    const char* fraction = ++at;
    at = PassDigits(at, end);
    if (at == fraction) return NumberForm::kNone;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at < end && (*at == '+' || *at == '-')) ++at;
    const char* exponent = at;
    at = PassDigits(at, end);
    if (at == exponent) return NumberForm::kNone;
  }
  return at == end ? NumberForm::kFloat : NumberForm::kNone;
}

// Checks a number by the JSON grammar: looks at its digits all at once, so that the branches depend
// on the form of a number and not on the count of its digits.
// `*point` is the offset of the point of a number without an exponent, when ParseShortDecimal can
// read it, else 0.
FIRESTEEL_INLINE NumberForm FormOfNumber(const char* begin, const char* end, uint8_t* point) {
  *point = 0;
  const uint32_t length = static_cast<uint32_t>(end - begin);
  if (length > 31) [[unlikely]] {
    return LongNumberForm(begin, end);
  }
  uint32_t digits = DigitBits16(begin);
  if (length > 16) digits |= DigitBits16(begin + 16) << 16;
  const uint32_t first = *begin == '-' ? 1 : 0;
  uint32_t others = ~digits & ((uint32_t{1} << length) - 1) & ~first;
  if (others == 0) {
    const bool leading_zero = (begin[first] == '0') & (length > first + 1);
    return leading_zero || first == length ? NumberForm::kNone : NumberForm::kInteger;
  }
  uint32_t position = std::countr_zero(others);
  const bool leading_zero = (begin[first] == '0') & (position > first + 1);
  if (leading_zero || position == first) return NumberForm::kNone;
  if (begin[position] == '.') {
    others &= others - 1;
    if (others == 0) {
      const bool is_short = (length - first <= 16) & (position - first <= 8);
      *point = static_cast<uint8_t>(is_short ? position : 0);
      return position + 1 < length ? NumberForm::kFloat : NumberForm::kNone;
    }
    const uint32_t fraction = position + 1;
    position = std::countr_zero(others);
    if (position == fraction) return NumberForm::kNone;
  }
  if ((begin[position] | 0x20) != 'e') return NumberForm::kNone;
  others &= others - 1;
  if (others != 0) {
    ++position;
    if ((begin[position] != '-' && begin[position] != '+') || others != uint32_t{1} << position) {
      return NumberForm::kNone;
    }
  }
  return position + 1 < length ? NumberForm::kFloat : NumberForm::kNone;
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

// Returns whether the 16 bytes from `bytes` on are those of `expected` where `mask` has bits.
FIRESTEEL_INLINE bool Matches16(const char* bytes, const char* expected, uint32_t mask) {
#if defined(__SSE2__)
  const __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)),
                                       _mm_loadu_si128(reinterpret_cast<const __m128i*>(expected)));
  return (~static_cast<uint32_t>(_mm_movemask_epi8(equal)) & mask) == 0;
#else
  return std::memcmp(bytes, expected, std::popcount(mask)) == 0;
#endif
}

constexpr size_t kMostGuesses = 256;
constexpr int kMostFieldsLeftOut = 3;  // in a row

}  // namespace

JsonFastParser::JsonFastParser(const Schema& schema, JsonRecordParser* tolerant,
                               JsonRowFilter filter)
    : tolerant_(tolerant),
      filter_(std::move(filter)),
      slots_(schema.size()),
      known_(schema.size()) {}

void JsonFastParser::SetText(std::string_view text) {
  text_ = text.data();
  text_end_ = text_ + text.size();
  next_backslash_ = text_ - 1;
}

FIRESTEEL_INLINE bool JsonFastParser::HasBackslash(const char* begin, const char* end) {
  if (next_backslash_ < begin) [[unlikely]] {
    FindBackslash(begin);
  }
  return next_backslash_ < end;
}

void JsonFastParser::FindBackslash(const char* begin) {
  next_backslash_ = static_cast<const char*>(std::memchr(begin, '\\', text_end_ - begin));
  if (next_backslash_ == nullptr) next_backslash_ = text_end_;
}

// Only blanks can stand between the closing quote and the next token.
FIRESTEEL_INLINE const char* JsonFastParser::StringEnd(const char* next_token) {
  while (next_token[-1] != '"') --next_token;
  return next_token;
}

// Finds the guess that the name at `name` bears out, from the expected one on: a record may leave
// out fields that the one before had.
FIRESTEEL_INLINE const JsonFastParser::Guess* JsonFastParser::FindGuess(
    const char* name, const Guess* expected) const {
  const Guess* const end = guesses_.data() + guesses_.size();
  for (int left_out = 0; expected < end && left_out <= kMostFieldsLeftOut; ++left_out, ++expected) {
    if (expected->mask != 0 && Matches16(name, expected->text, expected->mask)) return expected;
  }
  return nullptr;
}

// Finds the column of the name at `token` the slow way and remembers it as the next guess.
int JsonFastParser::LookUpColumn(const uint32_t* token, size_t ordinal) {
  const char* begin = text_ + token[0];
  if (*begin != '"' || text_[token[1]] != ':') return kNotPlain;
  const char* end = StringEnd(text_ + token[1]);
  if (HasBackslash(begin, end)) return kNotPlain;
  const std::string_view name(begin + 1, end - begin - 2);
  const int column = tolerant_->root().Find(name, ordinal);
  if (ordinal < kMostGuesses) {
    if (ordinal >= guesses_.size()) guesses_.resize(ordinal + 1);
    Guess& guess = guesses_[ordinal];
    guess = Guess{};
    guess.column = column;
    const std::string text = "\"" + std::string(name) + "\":";
    if (text.size() <= sizeof(guess.text)) {
      std::memcpy(guess.text, text.data(), text.size());
      guess.mask = (uint32_t{1} << text.size()) - 1;
    }
  }
  return column;
}

// Checks a string, number or word that ends before `next_token`.
FIRESTEEL_INLINE JsonFastParser::Kind JsonFastParser::CheckScalar(const char* begin,
                                                                  const char* next_token,
                                                                  const char** token_end,
                                                                  uint8_t* point) {
  const char first = *begin;
  if (first == '"') {
    const char* end = StringEnd(next_token);
    *token_end = end;
    if (HasBackslash(begin, end)) [[unlikely]] {
      return EscapesArePlain(begin + 1, end - 1) ? Kind::kEscaped : Kind::kNotPlain;
    }
    return Kind::kString;
  }
  const char* end = next_token;
  while (IsBlank(end[-1])) --end;
  *token_end = end;
  if (first == '-' || (first >= '0' && first <= '9')) {
    const NumberForm form = FormOfNumber(begin, end, point);
    return form == NumberForm::kInteger ? Kind::kInteger
           : form == NumberForm::kFloat ? Kind::kFloat
                                        : Kind::kNotPlain;
  }
  return CheckWord(std::string_view(begin, end - begin));
}

JsonFastParser::Kind JsonFastParser::CheckWord(std::string_view word) {
  if (word == "true") return Kind::kTrue;
  if (word == "false") return Kind::kFalse;
  return word == "null" ? Kind::kNull : Kind::kNotPlain;
}

// Checks every token up to the bracket that closes the one at `token`.
const uint32_t* JsonFastParser::PassContainer(const uint32_t* token, uint32_t line_end) {
  // Tells objects (1) from arrays (0), a bit for each level. The record itself is a level too.
  std::array<uint64_t, JsonSyntax::kDeepest / 64 + 1> levels;
  int depth = 0;
  const char* ignored_end;
  uint8_t ignored_point;
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
        const char* end = StringEnd(text_ + token[1]);
        if (HasBackslash(begin, end) && !EscapesArePlain(begin + 1, end - 1)) return nullptr;
        token += 2;
        if (*token >= line_end) return nullptr;
      }
      const char first = text_[*token];
      if (first == '{' || first == '[') {
        opened = true;
        continue;
      }
      if (CheckScalar(text_ + token[0], text_ + token[1], &ignored_end, &ignored_point) ==
          Kind::kNotPlain) {
        return nullptr;
      }
      ++token;
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

// Checks the fields of the record at `token` and fills the slots. Returns the token behind it,
// nullptr when it is not plain.
const uint32_t* JsonFastParser::PassRecord(const uint32_t* token, uint32_t line_end) {
  const char* const text = text_;
  for (Slot& slot : slots_) slot.kind = Kind::kMissing;
  ++token;
  if (*token < line_end && text[*token] == '}') return token + 1;
  for (const Guess* expected = guesses_.data();; ++expected) {
    // token: 0 name, 1 colon, 2 value, 3 comma or brace. The index ends in several copies of the
    // text's length, so that all four can be read; one comparison shows that they are there.
    int column;
    if (const Guess* guess = FindGuess(text + token[0], expected)) [[likely]] {
      column = guess->column;
      expected = guess;
    } else {
      if (token[2] >= line_end) return nullptr;
      const size_t ordinal = expected - guesses_.data();
      column = LookUpColumn(token, ordinal);
      if (column == kNotPlain) return nullptr;
      // They may have moved, and only the first ones are kept.
      expected = guesses_.data() + std::min(ordinal, guesses_.size() - 1);
    }
    if (token[3] >= line_end) return nullptr;
    const char* begin = text + token[2];
    const char* end = nullptr;
    uint8_t point = 0;
    Kind kind = Kind::kNested;
    if (*begin == '{' || *begin == '[') [[unlikely]] {
      token = PassContainer(token + 2, line_end);
      if (token == nullptr || *token >= line_end) return nullptr;
      end = text + token[-1] + 1;
    } else {
      kind = CheckScalar(begin, text + token[3], &end, &point);
      if (kind == Kind::kNotPlain) return nullptr;
      token += 3;
    }
    if (column >= 0) {
      Slot& slot = slots_[column];
      if (slot.kind != Kind::kMissing) return nullptr;  // a name came twice
      slot = Slot{begin, end, kind, point, false, 0.0};
    }
    const char next = text[*token++];
    if (next == '}') return token;
    if (next != ',') return nullptr;
  }
}

FIRESTEEL_INLINE double JsonFastParser::RealOf(const Slot& slot) {
  if (slot.point == 0) return ParseJsonDouble(std::string_view(slot.begin, slot.end - slot.begin));
  const auto whole_digits = static_cast<uint32_t>(slot.point - (*slot.begin == '-' ? 1 : 0));
  const auto fraction_digits = static_cast<uint32_t>(slot.end - slot.begin - slot.point - 1);
  return ParseShortDecimal(slot.begin, whole_digits, fraction_digits);
}

// Holds the filter against the record in the slots. A value that cannot be converted is not judged.
FIRESTEEL_INLINE JsonFastParser::Verdict JsonFastParser::Judge() {
  Verdict verdict = Verdict::kKeep;
  for (const JsonRowFilter::Test& test : filter_.tests) {
    Slot& slot = slots_[test.column];
    if (slot.kind == Kind::kNull) return Verdict::kDrop;
    if (slot.kind == Kind::kMissing) {
      verdict = filter_.passes_over_missing ? Verdict::kUnwanted : verdict;
      continue;
    }
    if (test.op == Predicate::Op::kIsNotNull) continue;
    int64_t whole = 0;
    if (test.is_real) {
      if (slot.kind != Kind::kInteger && slot.kind != Kind::kFloat) continue;
      slot.real = RealOf(slot);
      slot.has_real = true;
      if (!JsonRowFilter::Holds(test.op, slot.real, test.real)) return Verdict::kDrop;
    } else if (slot.kind == Kind::kInteger &&
               ParseJsonLong(std::string_view(slot.begin, slot.end - slot.begin), &whole)) {
      if (!JsonRowFilter::Holds(test.op, whole, test.whole)) return Verdict::kDrop;
    }
  }
  return verdict;
}

// Puts a value of the common types into its column, which has room; false: AppendSlot has to.
FIRESTEEL_INLINE bool JsonFastParser::PutSlot(const Slot& slot, JsonColumn* column) {
  switch (column->id()) {
    case TypeId::kString:
      return slot.kind == Kind::kString && column->PutPaddedBytes({slot.begin + 1, slot.end - 1});
    case TypeId::kLong: {
      int64_t value = 0;
      if (slot.kind != Kind::kInteger || !ParseJsonLong({slot.begin, slot.end}, &value)) {
        return false;
      }
      column->PutFixed(value);
      return true;
    }
    case TypeId::kDouble:
      if (slot.kind != Kind::kInteger && slot.kind != Kind::kFloat) return false;
      column->PutFixed(slot.has_real ? slot.real : RealOf(slot));
      return true;
    default:
      return false;
  }
}

// Converts any value; `*appended` is false when that is for the tolerant parser to do.
Status JsonFastParser::AppendSlot(const Slot& slot, int index, JsonColumn* column, bool* appended) {
  if (slot.kind == Kind::kMissing || slot.kind == Kind::kNull) return column->AppendNull();
  const std::string_view text(slot.begin, slot.end);
  switch (column->id()) {
    case TypeId::kString:
      if (slot.kind == Kind::kEscaped) break;
      if (slot.kind != Kind::kString && !tolerant_->syntax().keep_nested_text) break;
      return column->AppendBytes(slot.kind == Kind::kString ? text.substr(1, text.size() - 2)
                                                            : text);
    case TypeId::kInteger: {
      int64_t value = 0;
      *appended = slot.kind == Kind::kInteger && ParseJsonLong(text, &value) &&
                  value == static_cast<int32_t>(value);
      return *appended ? column->AppendFixed(static_cast<int32_t>(value)) : Status::OK();
    }
    case TypeId::kBoolean:
      *appended = slot.kind == Kind::kTrue || slot.kind == Kind::kFalse;
      return *appended ? column->AppendFixed<uint8_t>(slot.kind == Kind::kTrue ? 1 : 0)
                       : Status::OK();
    case TypeId::kTimestamp: {
      if (slot.kind != Kind::kString) break;
      const std::optional<int64_t> micros =
          tolerant_->temporal().ParseTimestamp(text.substr(1, text.size() - 2));
      *appended = micros.has_value();
      return micros ? column->AppendFixed(*micros) : Status::OK();
    }
    default:
      break;
  }
  return tolerant_->ParseValue(text, index, column).Value(appended);
}

Result<JsonFastParser::Outcome> JsonFastParser::ParseRecord(const uint32_t** token,
                                                            uint32_t line_end,
                                                            std::vector<JsonColumn>* columns,
                                                            int64_t row) {
  if (text_[**token] != '{') return Outcome::kNotPlain;
  const uint32_t* behind = PassRecord(*token, line_end);
  // Anything behind the record on its line is for the tolerant parser to judge.
  if (behind == nullptr || *behind < line_end) return Outcome::kNotPlain;
  if (const Verdict verdict = Judge(); verdict != Verdict::kKeep) {
    *token = behind;
    return verdict == Verdict::kDrop ? Outcome::kDropped : Outcome::kUnwanted;
  }
  bool appended = true;
  for (size_t i = 0; i < slots_.size() && appended; ++i) {
    JsonColumn& column = (*columns)[i];
    if (!column.HasRoom()) [[unlikely]]
      ARROW_RETURN_NOT_OK(column.MakeRoom());
    if (PutSlot(slots_[i], &column)) [[likely]]
      continue;
    ARROW_RETURN_NOT_OK(AppendSlot(slots_[i], static_cast<int>(i), &column, &appended));
  }
  if (!appended) {
    for (JsonColumn& column : *columns) column.Truncate(row);
    return Outcome::kNotPlain;
  }
  *token = behind;
  if (!filter_.others.empty()) {
    for (size_t i = 0; i < slots_.size(); ++i) known_[i] = slots_[i].kind != Kind::kMissing;
    if (filter_.others.Drops(columns->data(), row, known_)) {
      for (JsonColumn& column : *columns) column.Truncate(row);
      return Outcome::kDropped;
    }
  }
  return Outcome::kAppended;
}

}  // namespace firesteel
