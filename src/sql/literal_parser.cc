// Constants: numbers, strings, DATE '…', TIMESTAMP '…', X'…'.
#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "arrow/array/array_base.h"
#include "common/ascii.h"
#include "common/error.h"
#include "expr/unresolved.h"
#include "sql/expression_parser.h"
#include "types/arrow_types.h"
#include "types/cast.h"

namespace firesteel {

namespace {

constexpr int kMaximumPrecision = 38;

bool AreDigits(std::string_view text) {
  for (char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return !text.empty();
}

/// A number's text without its type suffix, and the suffix: L, S, Y, F, D, B for BD, or 0.
std::pair<std::string_view, char> SplitSuffix(std::string_view text) {
  const char last = ToUpper(text.back());
  if (last == 'D' && text.size() > 1 && ToUpper(text[text.size() - 2]) == 'B') {
    return {text.substr(0, text.size() - 2), 'B'};
  }
  if (std::string_view("LSYFD").find(last) != std::string_view::npos) {
    return {text.substr(0, text.size() - 1), last};
  }
  return {text, '\0'};
}

/// The exponent of `text`, which may have none; far beyond any type when it is too large.
int64_t ExponentOf(std::string_view text) {
  const size_t at = text.find_first_of("eE");
  if (at == text.npos) return 0;
  std::string_view digits = text.substr(at + 1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int64_t exponent = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (parsed.ec == std::errc()) return exponent;
  return digits.starts_with('-') ? std::numeric_limits<int32_t>::min()
                                 : std::numeric_limits<int32_t>::max();
}

/// The power of ten above the first digit that is not zero: 1 for "5", -2 for "0.005".
int64_t Magnitude(std::string_view text) {
  const std::string_view mantissa = text.substr(0, text.find_first_of("eE"));
  const auto point = static_cast<int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const auto first = static_cast<int64_t>(mantissa.find_first_of("123456789"));
  return ExponentOf(text) + (first < point ? point - first : point - first + 1);
}

}  // namespace

Status ExpressionParser::ParseNumber(bool negative, int start, Parsed* out) {
  const auto [text, suffix] = SplitSuffix(TextOf(Peek()));
  Advance();
  if (suffix == 'F' || suffix == 'D') {
    return MakeFloating(text, suffix == 'F', negative, start, out);
  }
  if (suffix == 'B') return MakeDecimal(text, negative, start, out);
  if (AreDigits(text)) return MakeWhole(text, suffix, negative, start, out);
  if (text.find_first_of("eE") != text.npos) return MakeFloating(text, false, negative, start, out);
  return MakeDecimal(text, negative, start, out);
}

Status ExpressionParser::OutOfRange(std::string text, std::string low, std::string high,
                                    std::string type, int start) const {
  return source_->ErrorAt("INVALID_NUMERIC_LITERAL_RANGE",
                          {{"rawStrippedQualifier", std::move(text)},
                           {"minValue", std::move(low)},
                           {"maxValue", std::move(high)},
                           {"typeName", std::move(type)}},
                          start, LastEnd());
}

Status ExpressionParser::MakeWhole(std::string_view digits, char suffix, bool negative, int start,
                                   Parsed* out) const {
  const std::string text = (negative ? "-" : "") + std::string(digits);
  int64_t value = 0;
  const bool fits =
      std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  const auto within = [&](auto limit) {
    using T = decltype(limit);
    return fits && value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
  };
  switch (suffix) {
    case 'Y':
      if (!within(int8_t{})) return OutOfRange(text, "-128", "127", "tinyint", start);
      return MakeLiteral(static_cast<int8_t>(value), TypeId::kByte, start, out);
    case 'S':
      if (!within(int16_t{})) return OutOfRange(text, "-32768", "32767", "smallint", start);
      return MakeLiteral(static_cast<int16_t>(value), TypeId::kShort, start, out);
    case 'L':
      if (!fits) {
        return OutOfRange(text, "-9223372036854775808", "9223372036854775807", "bigint", start);
      }
      return MakeLiteral(value, TypeId::kLong, start, out);
    default: break;
  }
  // Without a suffix a number has the smallest type from INT on that holds it.
  if (within(int32_t{})) {
    return MakeLiteral(static_cast<int32_t>(value), TypeId::kInteger, start, out);
  }
  if (fits) return MakeLiteral(value, TypeId::kLong, start, out);
  return MakeDecimal(digits, negative, start, out);
}

Status ExpressionParser::MakeDecimal(std::string_view text, bool negative, int start,
                                     Parsed* out) const {
  __int128 unscaled = 0;
  int64_t precision = 0;
  int64_t scale = -ExponentOf(text);
  bool after_point = false;
  for (char c : text.substr(0, text.find_first_of("eE"))) {
    if (c == '.') {
      after_point = true;
      continue;
    }
    if (after_point) ++scale;
    if (precision > 0 || c != '0') ++precision;
    if (precision <= kMaximumPrecision) unscaled = unscaled * 10 + (c - '0');
  }
  // Zeros that the exponent adds on the right are digits too: 1e3BD is DECIMAL(4, 0).
  for (; scale < 0 && precision <= kMaximumPrecision; ++scale) {
    if (precision > 0) ++precision;
    unscaled *= precision <= kMaximumPrecision ? 10 : 1;
    if (precision == 0) scale = -1;
  }
  precision = std::max<int64_t>({precision, scale, 1});
  if (precision > kMaximumPrecision) {
    return source_->ErrorAt("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                            {{"precision", std::to_string(precision)}, {"maxPrecision", "38"}},
                            start, LastEnd());
  }
  Decimal value;
  value.unscaled = negative ? -unscaled : unscaled;
  value.precision = static_cast<int>(precision);
  value.scale = static_cast<int>(scale);
  const DataType type = DataType::Decimal(value.precision, value.scale);
  return MakeLiteral(value, type, start, out);
}

Status ExpressionParser::MakeFloating(std::string_view text, bool is_float, bool negative,
                                      int start, Parsed* out) const {
  const std::string digits = (negative ? "-" : "") + std::string(text);
  const char* end = digits.data() + digits.size();
  double wide = 0;
  float narrow = 0;
  const auto parsed = is_float ? std::from_chars(digits.data(), end, narrow)
                               : std::from_chars(digits.data(), end, wide);
  if (parsed.ec == std::errc()) {
    if (is_float) return MakeLiteral(narrow, TypeId::kFloat, start, out);
    return MakeLiteral(wide, TypeId::kDouble, start, out);
  }
  // Too small is zero, too large an error; from_chars does not say which.
  if (Magnitude(text) < 0) {
    if (is_float) return MakeLiteral(negative ? -0.0F : 0.0F, TypeId::kFloat, start, out);
    return MakeLiteral(negative ? -0.0 : 0.0, TypeId::kDouble, start, out);
  }
  const std::string limit = is_float ? "3.4028234663852886E+38" : "1.7976931348623157E+308";
  return OutOfRange(digits, "-" + limit, limit, is_float ? "float" : "double", start);
}

// Strings that stand side by side are one.
Status ExpressionParser::ParseString(Parsed* out) {
  const int start = Peek().start;
  std::string value;
  while (Peek().kind == TokenKind::kString) {
    value += UnescapeString(TextOf(Peek()));
    Advance();
  }
  return MakeLiteral(std::move(value), TypeId::kString, start, out);
}

Status ExpressionParser::InvalidTypedLiteral(std::string_view type, std::string_view value,
                                             int start) const {
  return source_->ErrorAt(
      "INVALID_TYPED_LITERAL",
      {{"valueType", "\"" + std::string(type) + "\""}, {"value", "'" + std::string(value) + "'"}},
      start, LastEnd());
}

Status ExpressionParser::ParseTypedLiteral(Parsed* out) {
  const Token& token = Peek();
  const int start = token.start;
  std::string keyword;
  for (char c : TextOf(token)) keyword.push_back(ToUpper(c));
  if (keyword == "DATE") return ParseDateLiteral(TypeId::kDate, "DATE", start, out);
  if (keyword == "TIMESTAMP_NTZ") {
    return ParseDateLiteral(TypeId::kTimestampNtz, "TIMESTAMP_NTZ", start, out);
  }
  if (keyword == "X") return ParseBinaryLiteral(start, out);
  if (keyword == "TIMESTAMP" || keyword == "TIMESTAMP_LTZ") {
    std::string value = UnescapeString(TextOf(Peek(1)));
    Advance(2);
    // A time without a zone is one of the session's zone, which the analyzer knows.
    return Make(std::make_shared<UnresolvedTimestamp>(std::move(value), keyword,
                                                      source_->OriginOf(start, LastEnd())),
                {}, start, out);
  }
  return source_->ErrorAt(
      "UNSUPPORTED_TYPED_LITERAL",
      {{"unsupportedType", "\"" + keyword + "\""},
       {"supportedTypes",
        "\"DATE\", \"TIMESTAMP_NTZ\", \"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\""}},
      start, Peek(1).end);
}

Status ExpressionParser::ParseDateLiteral(TypeId type, std::string_view keyword, int start,
                                          Parsed* out) {
  const std::string text = UnescapeString(TextOf(Peek(1)));
  Advance(2);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array,
                        MakeArray({Value(text)}, TypeId::kString));
  // Under ANSI rules what is not a date is an error instead of NULL.
  auto cast = CastArray(array, TypeId::kString, type, CastOptions{});
  if (!cast.ok() || (*cast)->IsNull(0)) return InvalidTypedLiteral(keyword, text, start);
  return MakeLiteral(GetValue(**cast, 0, type), type, start, out);
}

Status ExpressionParser::ParseBinaryLiteral(int start, Parsed* out) {
  const std::string text = UnescapeString(TextOf(Peek(1)));
  Advance(2);
  std::string bytes;
  int high = 0;
  // An odd number of digits has a zero in front.
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = ToUpper(text[i]);
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return InvalidTypedLiteral("X", text, start);
    const bool completes = (text.size() - i) % 2 == 1;
    if (completes) bytes.push_back(static_cast<char>(high << 4 | digit));
    high = completes ? 0 : digit;
  }
  return MakeLiteral(Binary{std::move(bytes)}, TypeId::kBinary, start, out);
}

}  // namespace firesteel
