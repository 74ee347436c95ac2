// INTERVAL literals: `INTERVAL 1 DAY 2 HOURS`, `INTERVAL '1 2:03' DAY TO MINUTE`,
// `INTERVAL '1 day 2 hours'`.
#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

using IntervalError = ExpressionParser::IntervalError;
using IntervalSum = ExpressionParser::IntervalSum;

namespace {

// In the order of the fields of an interval type: years and months, then days to seconds.
enum class Unit { kYear, kMonth, kWeek, kDay, kHour, kMinute, kSecond, kMillisecond, kMicrosecond };

struct UnitRow {
  std::string_view name;  // singular, upper case
  Unit unit;
  int64_t size;     // months or microseconds
  int field;        // of the interval's type
};

constexpr UnitRow kUnits[] = {
    {"YEAR", Unit::kYear, 12, 0},
    {"MONTH", Unit::kMonth, 1, 1},
    {"WEEK", Unit::kWeek, int64_t{7} * 24 * 3600 * 1000000, 0},
    {"DAY", Unit::kDay, int64_t{24} * 3600 * 1000000, 0},
    {"HOUR", Unit::kHour, int64_t{3600} * 1000000, 1},
    {"MINUTE", Unit::kMinute, int64_t{60} * 1000000, 2},
    {"SECOND", Unit::kSecond, 1000000, 3},
    {"MILLISECOND", Unit::kMillisecond, 1000, 3},
    {"MICROSECOND", Unit::kMicrosecond, 1, 3},
};

bool IsMonths(const UnitRow& unit) { return unit.unit <= Unit::kMonth; }

const UnitRow* FindUnit(std::string_view word) {
  for (const UnitRow& row : kUnits) {
    const size_t length = row.name.size();
    const bool plural = word.size() == length + 1 && (word.back() == 's' || word.back() == 'S');
    if (word.size() != length && !plural) continue;
    if (std::equal(row.name.begin(), row.name.end(), word.begin(),
                   [](char a, char b) { return a == (b >= 'a' ? b - 'a' + 'A' : b); })) {
      return &row;
    }
  }
  return nullptr;
}

std::string LowerCase(std::string_view upper) {
  std::string lower;
  for (char c : upper) lower.push_back(static_cast<char>(c - 'A' + 'a'));
  return lower;
}

/// One `-1.5 seconds` of an interval.
struct Piece {
  bool negative = false;
  std::string number;
  const UnitRow* unit = nullptr;
};

IntervalError FormatError(std::string_view which, std::string input,
                          std::map<std::string, std::string> more = {}) {
  more["input"] = std::move(input);
  return {"INVALID_INTERVAL_FORMAT." + std::string(which), std::move(more)};
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// Reads the digits after the point of seconds.
std::optional<int64_t> ReadFraction(std::string_view digits) {
  if (!IsDigits(digits) || digits.size() > 9) return std::nullopt;
  std::string micros(digits.substr(0, 6));
  micros.resize(6, '0');
  int64_t value = 0;
  std::from_chars(micros.data(), micros.data() + micros.size(), value);
  return value;
}

/// Adds one piece; an error or nothing. `input` is the text for messages.
std::optional<IntervalError> AddPiece(const Piece& piece, const std::string& input,
                                      IntervalSum* sum) {
  std::string_view number = piece.number;
  bool negative = piece.negative;
  if (!number.empty() && (number[0] == '-' || number[0] == '+')) {
    negative ^= number[0] == '-';
    number.remove_prefix(1);
  }
  const size_t point = number.find('.');
  std::string_view whole = number.substr(0, point);
  std::string_view fraction = point == number.npos ? "" : number.substr(point + 1);
  if (whole.empty() && !fraction.empty()) whole = "0";
  if (!IsDigits(whole) || (!fraction.empty() && !IsDigits(fraction)) || fraction.size() > 9) {
    // Spark tells words from numbers that are written wrongly.
    const bool is_word = !number.empty() && !IsDigits(number.substr(0, 1));
    if (is_word) return IntervalError{"_LEGACY_ERROR_TEMP_0026", {{"value", piece.number}}};
    return FormatError("UNRECOGNIZED_NUMBER", input, {{"number", piece.number}});
  }
  if (point != number.npos && piece.unit->unit != Unit::kSecond) {
    return FormatError("INVALID_FRACTION", input, {{"unit", LowerCase(piece.unit->name)}});
  }
  int64_t count = 0;
  if (std::from_chars(whole.data(), whole.data() + whole.size(), count).ec != std::errc()) {
    return FormatError("ARITHMETIC_EXCEPTION", input);
  }
  const int64_t below_second = fraction.empty() ? 0 : *ReadFraction(fraction);
  __int128 amount = static_cast<__int128>(count) * piece.unit->size + below_second;
  if (negative) amount = -amount;
  (IsMonths(*piece.unit) ? sum->months : sum->micros) += amount;
  (IsMonths(*piece.unit) ? sum->has_months : sum->has_micros) = true;
  sum->first_field = std::min(sum->first_field, piece.unit->field);
  sum->last_field = std::max(sum->last_field, piece.unit->field);
  return std::nullopt;
}

/// Splits `1 day -2 hours`, with an optional word INTERVAL in front.
std::optional<std::vector<Piece>> SplitPieces(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::vector<std::string> words;
  for (size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    const size_t start = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    words.emplace_back(text.substr(start, i - start));
  }
  std::vector<Piece> pieces;
  size_t at = 0;
  if (!words.empty() && words[0].size() == 8) {
    std::string upper;
    for (char c : words[0]) upper.push_back(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    if (upper == "INTERVAL") at = 1;
  }
  while (at < words.size()) {
    Piece piece;
    // The sign may stand apart from its number.
    if (words[at] == "-" || words[at] == "+") piece.negative = words[at++] == "-";
    if (at + 1 >= words.size()) return std::nullopt;
    piece.number = words[at++];
    piece.unit = FindUnit(words[at++]);
    if (piece.unit == nullptr) return std::nullopt;
    pieces.push_back(std::move(piece));
  }
  if (pieces.empty()) return std::nullopt;
  return pieces;
}

/// One number of `d h:m:s.n` or `y-m`; nothing when it is not there.
std::optional<int64_t> ReadField(std::string_view* text) {
  size_t length = 0;
  while (length < text->size() && (*text)[length] >= '0' && (*text)[length] <= '9') ++length;
  int64_t value = 0;
  if (length == 0 ||
      std::from_chars(text->data(), text->data() + length, value).ec != std::errc()) {
    return std::nullopt;
  }
  text->remove_prefix(length);
  return value;
}

bool SkipSeparator(std::string_view* text, char separator) {
  if (!text->starts_with(separator)) return false;
  text->remove_prefix(1);
  if (separator == ' ') {
    while (text->starts_with(' ')) text->remove_prefix(1);
  }
  return true;
}

/// Reads `1 2:03:04.5` between two units as months or microseconds; nothing when the text has
/// another form. `*too_large` is a field that does not fit the one before it (25 hours).
std::optional<__int128> ReadFields(std::string_view text, const UnitRow& from, const UnitRow& to,
                                   const UnitRow** too_large) {
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  __int128 total = 0;
  for (const UnitRow* unit = &from; unit <= &to; ++unit) {
    int64_t limit = std::numeric_limits<int64_t>::max();
    if (unit != &from) {
      const char separator = IsMonths(*unit) ? '-' : unit->unit == Unit::kHour ? ' ' : ':';
      if (!SkipSeparator(&text, separator)) return std::nullopt;
      limit = IsMonths(*unit) ? 11 : unit->unit == Unit::kHour ? 23 : 59;
    }
    const std::optional<int64_t> value = ReadField(&text);
    if (!value) return std::nullopt;
    if (*value > limit) *too_large = unit;
    total += static_cast<__int128>(*value) * unit->size;
  }
  if (to.unit == Unit::kSecond && text.starts_with('.')) {
    const std::optional<int64_t> fraction = ReadFraction(text.substr(1));
    if (!fraction) return std::nullopt;
    total += *fraction;
    text = {};
  }
  if (!text.empty()) return std::nullopt;
  return negative ? -total : total;
}

/// `d h:m:s.n`, for messages.
std::string RangeFormat(const UnitRow& from, const UnitRow& to) {
  std::string format;
  for (const UnitRow* unit = &from; unit <= &to; ++unit) {
    if (unit != &from) format += IsMonths(*unit) ? "-" : unit->unit == Unit::kHour ? " " : ":";
    format += static_cast<char>(unit->name[0] - 'A' + 'a');
  }
  return format + (to.unit == Unit::kSecond ? ".n" : "");
}

/// Reads `'…' DAY TO SECOND`; an error or nothing.
std::optional<IntervalError> ReadRange(const Piece& piece, const UnitRow& to, IntervalSum* sum) {
  const UnitRow& from = *piece.unit;
  const bool ordered = &from < &to && IsMonths(from) == IsMonths(to) &&
                       from.unit != Unit::kWeek && to.unit <= Unit::kSecond;
  if (!ordered) {
    return FormatError("UNSUPPORTED_FROM_TO_EXPRESSION", piece.number,
                       {{"from", LowerCase(from.name)}, {"to", LowerCase(to.name)}});
  }
  const UnitRow* too_large = nullptr;
  std::optional<__int128> total = ReadFields(piece.number, from, to, &too_large);
  if (total && too_large != nullptr && IsMonths(from)) {
    return FormatError("INTERVAL_PARSING", piece.number, {{"interval", "year-month"}});
  }
  if (total && too_large != nullptr) {
    return IntervalError{"_LEGACY_ERROR_TEMP_0063",
                         {{"msg", LowerCase(too_large->name) + " out of range: " + piece.number}}};
  }
  if (!total) {
    return FormatError(
        "UNMATCHED_FORMAT_STRING_WITH_NOTICE", piece.number,
        {{"intervalStr", IsMonths(from) ? "year-month" : "day-time"},
         {"supportedFormat", "`[+|-]" + RangeFormat(from, to) + "`"},
         {"typeName", "interval " + LowerCase(from.name) + " to " + LowerCase(to.name)}});
  }
  (IsMonths(from) ? sum->months : sum->micros) = piece.negative ? -*total : *total;
  (IsMonths(from) ? sum->has_months : sum->has_micros) = true;
  sum->first_field = from.field;
  sum->last_field = to.field;
  return std::nullopt;
}

}  // namespace

bool ExpressionParser::BeginsInterval() const {
  const Token& token = Peek(1);
  if (token.kind == TokenKind::kString || token.kind == TokenKind::kNumber) return true;
  if (!IsSymbol(token, "-") && !IsSymbol(token, "+")) return false;
  const Token& value = Peek(2);
  // `interval - 1` without a unit is a column minus one.
  return (value.kind == TokenKind::kString || value.kind == TokenKind::kNumber) &&
         Peek(3).kind == TokenKind::kWord && FindUnit(TextOf(Peek(3))) != nullptr;
}

Status ExpressionParser::ParseInterval(Parsed* out) {
  const int start = Peek().start;
  Advance();
  const bool unit_follows =
      Peek(1).kind == TokenKind::kWord && FindUnit(TextOf(Peek(1))) != nullptr;
  if (Peek().kind == TokenKind::kString && !unit_follows) return ParseIntervalText(start, out);
  return ParseIntervalPieces(start, out);
}

Status ExpressionParser::IntervalErrorAt(const IntervalError& error, int start) const {
  return source_->ErrorAt(error.condition, error.parameters, start, LastEnd());
}

Status ExpressionParser::MakeInterval(const IntervalSum& sum, int start, Parsed* out) const {
  const std::string text(source_->Slice(start, LastEnd()));
  if (sum.has_months && sum.has_micros) {
    return IntervalErrorAt({"_LEGACY_ERROR_TEMP_0029", {{"literal", text}}}, start);
  }
  if (sum.has_months) {
    const auto months = static_cast<int32_t>(sum.months);
    if (months != sum.months) {
      return IntervalErrorAt(FormatError("ARITHMETIC_EXCEPTION", text), start);
    }
    return MakeLiteral(YearMonthInterval{months},
                       DataType::YearMonthInterval(sum.first_field, sum.last_field), start, out);
  }
  const auto micros = static_cast<int64_t>(sum.micros);
  if (micros != sum.micros) {
    return IntervalErrorAt(FormatError("ARITHMETIC_EXCEPTION", text), start);
  }
  return MakeLiteral(DayTimeInterval{micros},
                     DataType::DayTimeInterval(sum.first_field, sum.last_field), start, out);
}

Status ExpressionParser::ParseIntervalText(int start, Parsed* out) {
  const std::string text = UnescapeString(TextOf(Peek()));
  Advance();
  const auto pieces = SplitPieces(text);
  if (!pieces) return InvalidTypedLiteral("INTERVAL", text, start);
  IntervalSum sum;
  for (const Piece& piece : *pieces) {
    if (AddPiece(piece, text, &sum)) return InvalidTypedLiteral("INTERVAL", text, start);
  }
  return MakeInterval(sum, start, out);
}

Status ExpressionParser::ParseIntervalPieces(int start, Parsed* out) {
  IntervalSum sum;
  for (bool first = true;; first = false) {
    const bool has_sign = PeekSymbol("-") || PeekSymbol("+");
    const Token& value = Peek(has_sign ? 1 : 0);
    const Token& unit_token = Peek(has_sign ? 2 : 1);
    const bool has_value = value.kind == TokenKind::kNumber || value.kind == TokenKind::kString;
    const UnitRow* unit =
        unit_token.kind == TokenKind::kWord ? FindUnit(TextOf(unit_token)) : nullptr;
    // After the first piece, what is no further one belongs to the expression around.
    if (!first && (!has_value || unit == nullptr)) return MakeInterval(sum, start, out);
    Piece piece;
    piece.negative = PeekSymbol("-");
    if (has_sign) Advance();
    piece.number = value.kind == TokenKind::kString ? UnescapeString(TextOf(value))
                                                    : std::string(TextOf(value));
    Advance();
    if (unit == nullptr) return SyntaxError();
    Advance();
    piece.unit = unit;
    if (first && PeekWord("TO")) {
      Advance();
      const UnitRow* to = Peek().kind == TokenKind::kWord ? FindUnit(TextOf(Peek())) : nullptr;
      if (to == nullptr) return SyntaxError();
      Advance();
      if (auto error = ReadRange(piece, *to, &sum)) return IntervalErrorAt(*error, start);
      return MakeInterval(sum, start, out);
    }
    if (auto error = AddPiece(piece, piece.number, &sum)) return IntervalErrorAt(*error, start);
  }
}

}  // namespace firesteel
