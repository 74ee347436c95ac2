#include "functions/printf_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "common/ascii.h"
#include "functions/decimal_pattern.h"
#include "functions/string_case.h"
#include "functions/utf8.h"
#include "types/hash.h"
#include "types/number_format.h"

namespace firesteel {

namespace {

using Piece = PrintfFormat::Piece;

constexpr std::string_view kFlags = "-#+ 0,(";
constexpr unsigned kLeft = 1;
constexpr unsigned kAlternate = 2;
constexpr unsigned kPlus = 4;
constexpr unsigned kSpace = 8;
constexpr unsigned kZero = 16;
constexpr unsigned kGroup = 32;
constexpr unsigned kParentheses = 64;

Status BadFormat(const Piece& piece, std::string_view why) {
  return Status::Invalid("The format specifier '", piece.text, "' ", why);
}

Status Mismatch(const Piece& piece) {
  return BadFormat(piece, "does not fit the type of its argument");
}

/// Reads `%…` at the start of `text`; gives the number of characters read.
Result<size_t> ReadSpecifier(std::string_view text, Piece* piece) {
  size_t i = 1;
  const auto at = [&](size_t k) { return k < text.size() ? text[k] : '\0'; };
  const auto number = [&](int* out) {
    const auto read = std::from_chars(text.data() + i, text.data() + text.size(), *out);
    if (read.ec == std::errc::result_out_of_range) *out = std::numeric_limits<int>::max();
    i = static_cast<size_t>(read.ptr - text.data());
  };
  size_t digits = i;
  while (IsDigit(at(digits))) ++digits;
  if (digits > i && at(digits) == '$') {
    number(&piece->index);
    ++i;
  }
  for (; i < text.size(); ++i) {
    const size_t flag = kFlags.find(text[i]);
    if (text[i] == '<') {
      piece->index = -1;
    } else if (flag == std::string_view::npos) {
      break;
    } else {
      piece->flags |= 1u << flag;
    }
  }
  if (IsDigit(at(i))) number(&piece->width);
  if (at(i) == '.' && IsDigit(at(i + 1))) {
    ++i;
    number(&piece->precision);
  }
  const char conversion = at(i);
  piece->text = text.substr(0, std::min(i + 1, text.size()));
  piece->upper = conversion != '\0' && std::strchr("BHSCXEGA", conversion) != nullptr;
  piece->conversion = piece->upper ? static_cast<char>(conversion + 32) : conversion;
  if (conversion == '\0' || std::strchr("bhscdoxefgan%", piece->conversion) == nullptr) {
    return BadFormat(*piece, "has no known conversion");
  }
  return i + 1;
}

/// Which flags each conversion takes.
unsigned AllowedFlags(char conversion) {
  switch (conversion) {
    case 'd': return kLeft | kPlus | kSpace | kZero | kGroup | kParentheses;
    case 'o': case 'x': return kLeft | kZero | kAlternate;
    case 'e': return kLeft | kPlus | kSpace | kZero | kAlternate | kParentheses;
    case 'f': return kLeft | kPlus | kSpace | kZero | kAlternate | kGroup | kParentheses;
    case 'g': return kLeft | kPlus | kSpace | kZero | kGroup | kParentheses;
    case 'a': return kLeft | kPlus | kSpace | kZero | kAlternate;
    case 'n': return 0;
    default: return kLeft;
  }
}

Status CheckSpecifier(const Piece& piece) {
  const auto has = [&](unsigned flags) { return (piece.flags & flags) == flags; };
  if (piece.flags & ~AllowedFlags(piece.conversion)) {
    return BadFormat(piece, "has a flag that its conversion does not take");
  }
  if (has(kLeft | kZero) || has(kPlus | kSpace)) {
    return BadFormat(piece, "has flags that exclude each other");
  }
  if ((piece.flags & (kLeft | kZero)) != 0 && piece.width < 0) {
    return BadFormat(piece, "needs a width");
  }
  if (piece.precision >= 0 && std::strchr("doxcn%", piece.conversion) != nullptr) {
    return BadFormat(piece, "must not have a precision");
  }
  if (piece.conversion == 'n' && piece.width >= 0) {
    return BadFormat(piece, "must not have a width");
  }
  constexpr int kMostCharacters = 1 << 24;
  if (piece.width > kMostCharacters || piece.precision > kMostCharacters) {
    return BadFormat(piece, "is too wide");
  }
  return Status::OK();
}

/// Appends text in the piece's width, in upper case if it says so.
Status AppendPadded(const Piece& piece, std::string_view text, std::string* out) {
  std::string upper;
  if (piece.upper) {
    ARROW_RETURN_NOT_OK(UpperCase(text, &upper));
    text = upper;
  }
  const int64_t missing = piece.width - CountCharacters(text);
  const size_t spaces = missing > 0 ? static_cast<size_t>(missing) : 0;
  if ((piece.flags & kLeft) == 0) out->append(spaces, ' ');
  out->append(text);
  if ((piece.flags & kLeft) != 0) out->append(spaces, ' ');
  return Status::OK();
}

std::string Grouped(std::string_view magnitude) {
  const size_t integer = std::min(magnitude.find('.'), magnitude.size());
  std::string out;
  for (size_t i = 0; i < integer; ++i) {
    if (i > 0 && (integer - i) % 3 == 0) out.push_back(',');
    out.push_back(magnitude[i]);
  }
  return out.append(magnitude.substr(integer));
}

/// Puts sign, groups, zeros and width around a number's digits.
Status AppendNumber(const Piece& piece, bool negative, std::string_view magnitude, bool finite,
                    std::string* out) {
  std::string text;
  const bool parentheses = negative && (piece.flags & kParentheses) != 0;
  if (parentheses) {
    text = "(";
  } else if (negative) {
    text = "-";
  } else if ((piece.flags & kPlus) != 0) {
    text = "+";
  } else if ((piece.flags & kSpace) != 0) {
    text = " ";
  }
  const std::string digits =
      (piece.flags & kGroup) != 0 && finite ? Grouped(magnitude) : std::string(magnitude);
  if ((piece.flags & kZero) != 0 && finite) {
    const auto used = static_cast<int>(text.size() + digits.size()) + (parentheses ? 1 : 0);
    // A hexadecimal number's mark stands before the zeros.
    const size_t mark = digits.starts_with("0x") ? 2 : 0;
    text.append(digits, 0, mark).append(std::max(0, piece.width - used), '0').append(digits, mark);
  } else {
    text += digits;
  }
  if (parentheses) text += ")";
  return AppendPadded(piece, text, out);
}

std::string Radix(uint64_t value, int base) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), value, base).ptr};
}

Status AppendInteger(const Piece& piece, PrintfArgument::Integer number, std::string* out) {
  if (piece.conversion == 'd') {
    const bool negative = number.value < 0;
    const auto bits = static_cast<uint64_t>(number.value);
    return AppendNumber(piece, negative, Radix(negative ? 0 - bits : bits, 10), true, out);
  }
  auto bits = static_cast<uint64_t>(number.value);
  if (number.bytes < 8) bits &= (uint64_t{1} << (number.bytes * 8)) - 1;
  const bool hexadecimal = piece.conversion == 'x';
  std::string text = Radix(bits, hexadecimal ? 16 : 8);
  if ((piece.flags & kAlternate) != 0) text.insert(0, hexadecimal ? "0x" : "0");
  return AppendNumber(piece, false, text, true, out);
}

/// The digits of the text that Java writes for the number; rounding starts from these and not from
/// the exact binary value.
DecimalDigits ShortestDigits(double value) {
  char text[kFloatingTextSize];
  const std::string_view all(text, FormatDouble(value, text));
  const size_t e = std::min(all.find('E'), all.size());
  const size_t point = std::min(all.find('.'), e);
  std::string digits(all.substr(0, point));
  int scale = 0;
  if (point < e) {
    digits.append(all.substr(point + 1, e - point - 1));
    scale = static_cast<int>(e - point - 1);
  }
  int exponent = 0;
  if (e < all.size()) std::from_chars(all.data() + e + 1, all.data() + all.size(), exponent);
  return DigitsOfUnscaled(digits, scale - exponent);
}

/// Keeps `count` digits, rounding half up.
void RoundHalfUp(int count, DecimalDigits* number) {
  std::string& digits = number->digits;
  if (count < 0 || digits.empty()) {
    if (count < 0) *number = {};
    return;
  }
  if (count >= static_cast<int>(digits.size())) return;
  const bool up = digits[count] >= '5';
  digits.resize(count);
  if (!up) return;
  int i = count - 1;
  while (i >= 0 && digits[i] == '9') digits[i--] = '0';
  if (i >= 0) {
    ++digits[i];
  } else {
    digits.insert(0, 1, '1');
    ++number->point;
  }
}

std::string FixedText(DecimalDigits number, int precision, bool always_point) {
  RoundHalfUp(number.point + precision, &number);
  const auto digit = [&](int i) {
    return i >= 0 && i < static_cast<int>(number.digits.size()) ? number.digits[i] : '0';
  };
  std::string text;
  const bool zero = number.digits.empty();
  for (int i = 0; !zero && i < number.point; ++i) text.push_back(digit(i));
  if (text.empty()) text = "0";
  if (precision > 0 || always_point) text.push_back('.');
  for (int i = 0; i < precision; ++i) text.push_back(zero ? '0' : digit(number.point + i));
  return text;
}

std::string ScientificText(DecimalDigits number, int precision, bool always_point) {
  RoundHalfUp(precision + 1, &number);
  number.digits.resize(precision + 1, '0');
  const int exponent = number.digits.find_first_not_of('0') == std::string::npos
                           ? 0
                           : number.point - 1;
  std::string text(1, number.digits[0]);
  if (precision > 0 || always_point) text.push_back('.');
  text.append(number.digits, 1).append(exponent < 0 ? "e-" : "e+");
  if (std::abs(exponent) < 10) text.push_back('0');
  return text.append(std::to_string(std::abs(exponent)));
}

/// `%g`: fixed from 10^-4 up to 10^precision, scientific beyond.
std::string GeneralText(DecimalDigits number, int precision) {
  if (precision == 0) precision = 1;
  if (number.digits.empty()) return FixedText(number, precision - 1, false);
  RoundHalfUp(precision, &number);
  if (number.point >= -3 && number.point <= precision) {
    return FixedText(number, precision - number.point, false);
  }
  return ScientificText(number, precision - 1, false);
}

/// `%a` of a finite number that is not negative.
std::string HexadecimalText(double value, int precision) {
  if (value == 0) return "0x0.0p0";
  int exponent = 0;
  double fraction = std::frexp(value, &exponent) * 2;  // 1 <= fraction < 2
  --exponent;
  const bool subnormal = exponent < -1022 && precision < 0;
  if (subnormal) {
    fraction = std::ldexp(fraction, exponent + 1022);
    exponent = -1022;
  }
  uint64_t bits = 0;
  const double mantissa = precision >= 0 && precision < 13
                              ? std::ldexp(std::nearbyint(std::ldexp(fraction, 4 * precision)),
                                           -4 * precision)
                              : fraction;
  bits = static_cast<uint64_t>(std::ldexp(mantissa, 52));
  std::string digits;
  for (int i = 12; i >= 0; --i) digits.push_back("0123456789abcdef"[bits >> (4 * i) & 15]);
  const size_t kept = precision >= 0 ? static_cast<size_t>(std::max(precision, 1))
                                     : std::max<size_t>(1, digits.find_last_not_of('0') + 1);
  digits.resize(kept, '0');
  return "0x" + std::to_string(bits >> 52) + "." + digits + "p" + std::to_string(exponent);
}

Status AppendFloating(const Piece& piece, double value, std::string* out) {
  const bool negative = std::signbit(value) && !std::isnan(value);
  if (std::isnan(value)) {
    Piece plain = piece;
    plain.flags &= kLeft;
    return AppendPadded(plain, "NaN", out);
  }
  if (std::isinf(value)) return AppendNumber(piece, negative, "Infinity", false, out);
  const double size = std::fabs(value);
  if (piece.conversion == 'a') {
    return AppendNumber(piece, negative, HexadecimalText(size, piece.precision), true, out);
  }
  const int precision = piece.precision < 0 ? 6 : piece.precision;
  const bool always_point = (piece.flags & kAlternate) != 0;
  const DecimalDigits digits = ShortestDigits(size);
  const std::string text = piece.conversion == 'f'   ? FixedText(digits, precision, always_point)
                           : piece.conversion == 'e' ? ScientificText(digits, precision,
                                                                      always_point)
                                                     : GeneralText(digits, precision);
  return AppendNumber(piece, negative, text, true, out);
}

/// The text of `%s`.
std::string_view PlainText(const PrintfArgument& argument, std::string* buffer) {
  if (const auto* text = std::get_if<PrintfArgument::Text>(&argument.value)) return text->value;
  if (const auto* flag = std::get_if<bool>(&argument.value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<PrintfArgument::Integer>(&argument.value)) {
    return *buffer = std::to_string(number->value);
  }
  if (const auto* number = std::get_if<PrintfArgument::Floating>(&argument.value)) {
    buffer->resize(kFloatingTextSize);
    buffer->resize(number->is_float
                       ? FormatFloat(static_cast<float>(number->value), buffer->data())
                       : FormatDouble(number->value, buffer->data()));
    return *buffer;
  }
  return "null";
}

/// Java's hashCode, which `%h` writes.
Result<uint32_t> HashCode(const Piece& piece, const PrintfArgument& argument) {
  const auto fold = [](uint64_t bits) { return static_cast<uint32_t>(bits ^ bits >> 32); };
  if (const auto* flag = std::get_if<bool>(&argument.value)) return *flag ? 1231u : 1237u;
  if (const auto* number = std::get_if<PrintfArgument::Integer>(&argument.value)) {
    const auto bits = static_cast<uint64_t>(number->value);
    return number->bytes == 8 ? fold(bits) : static_cast<uint32_t>(bits);
  }
  if (const auto* number = std::get_if<PrintfArgument::Floating>(&argument.value)) {
    if (number->is_float) {
      const auto value = static_cast<float>(number->value);
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof(bits));
      return bits;
    }
    uint64_t bits;
    std::memcpy(&bits, &number->value, sizeof(bits));
    return fold(bits);
  }
  const auto* text = std::get_if<PrintfArgument::Text>(&argument.value);
  if (text == nullptr || !text->is_string) return Mismatch(piece);
  return static_cast<uint32_t>(Murmur3HashBytes(text->value, kHashSeed));
}

Status AppendCharacterOf(const Piece& piece, const PrintfArgument& argument, std::string* out) {
  const auto* number = std::get_if<PrintfArgument::Integer>(&argument.value);
  if (number == nullptr || number->bytes == 8) return Mismatch(piece);
  if (number->value < 0 || number->value > 0x10FFFF) {
    return BadFormat(piece, "is given a number that is no character");
  }
  std::string text;
  AppendCharacter(static_cast<char32_t>(number->value), &text);
  return AppendPadded(piece, text, out);
}

Status AppendArgument(const Piece& piece, const PrintfArgument& argument, std::string* out) {
  const bool null = std::holds_alternative<std::monostate>(argument.value);
  std::string buffer;
  if (null || piece.conversion == 's' || piece.conversion == 'b') {
    std::string_view text = null ? "null" : PlainText(argument, &buffer);
    if (piece.conversion == 'b') {
      const auto* flag = std::get_if<bool>(&argument.value);
      text = null || (flag != nullptr && !*flag) ? "false" : "true";
    }
    if (piece.precision >= 0 && std::strchr("sbh", piece.conversion) != nullptr) {
      text = Characters(text, 0, piece.precision);
    }
    return AppendPadded(piece, text, out);
  }
  switch (piece.conversion) {
    case 'h': {
      ARROW_ASSIGN_OR_RAISE(const uint32_t hash, HashCode(piece, argument));
      buffer = Radix(hash, 16);
      return AppendPadded(piece, piece.precision >= 0 ? Characters(buffer, 0, piece.precision)
                                                      : std::string_view(buffer), out);
    }
    case 'c': return AppendCharacterOf(piece, argument, out);
    case 'd': case 'o': case 'x': {
      const auto* number = std::get_if<PrintfArgument::Integer>(&argument.value);
      return number == nullptr ? Mismatch(piece) : AppendInteger(piece, *number, out);
    }
    default: {
      const auto* number = std::get_if<PrintfArgument::Floating>(&argument.value);
      return number == nullptr ? Mismatch(piece) : AppendFloating(piece, number->value, out);
    }
  }
}

}  // namespace

Result<PrintfFormat> PrintfFormat::Make(std::string_view format) {
  PrintfFormat result;
  for (size_t i = 0; i < format.size();) {
    const size_t percent = std::min(format.find('%', i), format.size());
    if (percent > i) result.pieces_.push_back({.text = std::string(format.substr(i, percent - i))});
    i = percent;
    if (i >= format.size()) break;
    Piece piece;
    ARROW_ASSIGN_OR_RAISE(const size_t read, ReadSpecifier(format.substr(i), &piece));
    ARROW_RETURN_NOT_OK(CheckSpecifier(piece));
    result.pieces_.push_back(std::move(piece));
    i += read;
  }
  return result;
}

Status PrintfFormat::Append(const std::vector<PrintfArgument>& arguments, std::string* out) const {
  size_t next = 0;
  size_t last = arguments.size();
  for (const Piece& piece : pieces_) {
    if (piece.conversion == 0) {
      out->append(piece.text);
    } else if (piece.conversion == 'n') {
      out->push_back('\n');
    } else if (piece.conversion == '%') {
      ARROW_RETURN_NOT_OK(AppendPadded(piece, "%", out));
    } else {
      if (piece.index >= 0) last = piece.index > 0 ? piece.index - 1 : next++;
      if (last >= arguments.size()) return BadFormat(piece, "has no argument");
      ARROW_RETURN_NOT_OK(AppendArgument(piece, arguments[last], out));
    }
  }
  return Status::OK();
}

}  // namespace firesteel
