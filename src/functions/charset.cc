#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/encoding.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

enum class Charset { kLatin1, kAscii, kUtf16, kUtf16Be, kUtf16Le, kUtf32, kUtf8 };

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

Result<Charset> FindCharset(std::string_view name, std::string_view function) {
  static constexpr std::pair<std::string_view, Charset> kCharsets[] = {
      {"iso-8859-1", Charset::kLatin1}, {"us-ascii", Charset::kAscii},
      {"utf-16", Charset::kUtf16},      {"utf-16be", Charset::kUtf16Be},
      {"utf-16le", Charset::kUtf16Le},  {"utf-32", Charset::kUtf32},
      {"utf-8", Charset::kUtf8},
  };
  const std::string lower = LowerAscii(name);
  std::string known;
  for (const auto& [text, charset] : kCharsets) {
    if (text == lower) return charset;
    known += (known.empty() ? "" : ", ") + std::string(text);
  }
  return MakeError("INVALID_PARAMETER_VALUE.CHARSET",
                   {{"functionName", "`" + std::string(function) + "`"},
                    {"parameter", "`charset`"},
                    {"charset", std::string(name)},
                    {"charsets", known}});
}

Status Malformed(std::string_view function, std::string_view charset) {
  return MakeError("MALFORMED_CHARACTER_CODING", {{"function", "`" + std::string(function) + "`"},
                                                  {"charset", std::string(charset)}});
}

void AppendUnits(char32_t value, int bytes, bool little, std::string* out) {
  for (int i = 0; i < bytes; ++i) {
    const int shift = 8 * (little ? i : bytes - 1 - i);
    out->push_back(static_cast<char>(value >> shift));
  }
}

/// False when the charset lacks a character.
bool Encode(std::string_view text, Charset charset, std::string* out) {
  out->clear();
  if (charset == Charset::kUtf8) {
    out->append(text);
    return true;
  }
  if (charset == Charset::kUtf16 && !text.empty()) AppendUnits(0xFEFF, 2, false, out);
  const bool little = charset == Charset::kUtf16Le;
  for (size_t i = 0; i < text.size();) {
    const char32_t code = DecodeCharacter(text, &i);
    if (charset == Charset::kAscii || charset == Charset::kLatin1) {
      if (code >= (charset == Charset::kAscii ? 0x80u : 0x100u)) return false;
      out->push_back(static_cast<char>(code));
    } else if (charset == Charset::kUtf32) {
      AppendUnits(code, 4, false, out);
    } else if (code < 0x10000) {
      AppendUnits(code, 2, little, out);
    } else {
      AppendUnits(0xD800 + ((code - 0x10000) >> 10), 2, little, out);
      AppendUnits(0xDC00 + ((code - 0x10000) & 0x3FF), 2, little, out);
    }
  }
  return true;
}

char32_t ReadUnit(std::string_view bytes, size_t i, int size, bool little) {
  char32_t unit = 0;
  for (int k = 0; k < size; ++k) {
    const auto byte = static_cast<unsigned char>(bytes[i + (little ? size - 1 - k : k)]);
    unit = unit << 8 | byte;
  }
  return unit;
}

bool DecodeUtf16(std::string_view bytes, bool little, std::string* out) {
  if (bytes.size() % 2 != 0) return false;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    char32_t code = ReadUnit(bytes, i, 2, little);
    if (code >= 0xDC00 && code < 0xE000) return false;
    if (code >= 0xD800 && code < 0xDC00) {
      i += 2;
      if (i >= bytes.size()) return false;
      const char32_t low = ReadUnit(bytes, i, 2, little);
      if (low < 0xDC00 || low >= 0xE000) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    AppendCharacter(code, out);
  }
  return true;
}

bool DecodeUtf32(std::string_view bytes, std::string* out) {
  if (bytes.size() % 4 != 0) return false;
  bool little = false;
  size_t start = 0;
  if (bytes.size() >= 4) {
    const char32_t mark = ReadUnit(bytes, 0, 4, false);
    little = mark == 0xFFFE0000;
    if (little || mark == 0xFEFF) start = 4;
  }
  for (size_t i = start; i < bytes.size(); i += 4) {
    const char32_t code = ReadUnit(bytes, i, 4, little);
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    AppendCharacter(code, out);
  }
  return true;
}

/// False for bytes that are no text of the charset.
bool Decode(std::string_view bytes, Charset charset, std::string* out) {
  out->clear();
  switch (charset) {
    case Charset::kUtf8:
      out->append(bytes);
      return IsWellFormed(bytes);
    case Charset::kAscii:
      out->append(bytes);
      return IsAscii(bytes);
    case Charset::kLatin1:
      for (const unsigned char byte : bytes) AppendCharacter(byte, out);
      return true;
    case Charset::kUtf16Be:
      return DecodeUtf16(bytes, false, out);
    case Charset::kUtf16Le:
      return DecodeUtf16(bytes, true, out);
    case Charset::kUtf32:
      return DecodeUtf32(bytes, out);
    case Charset::kUtf16:
      break;
  }
  if (bytes.starts_with("\xFE\xFF")) return DecodeUtf16(bytes.substr(2), false, out);
  if (bytes.starts_with("\xFF\xFE")) return DecodeUtf16(bytes.substr(2), true, out);
  return DecodeUtf16(bytes, false, out);
}

/// The kernel of encode and decode: `convert` is Encode or Decode.
Kernel CharsetKernel(bool (*convert)(std::string_view, Charset, std::string*),
                     std::string_view function, TypeId type) {
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader input(arguments[0]);
    const BytesReader names(arguments[1]);
    std::string out;
    std::string last_name;
    std::optional<Charset> charset;
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
          if (!charset || names[row] != last_name) {
            ARROW_ASSIGN_OR_RAISE(charset, FindCharset(names[row], function));
            last_name = names[row];
          }
          if (!convert(input[row], *charset, &out)) return Malformed(function, last_name);
          return builder->Append(out);
        },
        type);
  };
}

Result<BoundFunction> BindEncode(const BindRequest& request) {
  return BindSignature(request, {TypeId::kString}, TypeId::kBinary,
                       CharsetKernel(Encode, "encode", TypeId::kBinary));
}

/// `decode(expr, search, result, …[, default])` as a CASE; a search that is NULL finds NULL.
Result<ExpressionPtr> DecodeAsCase(std::span<const ExpressionPtr> arguments,
                                   const FunctionSettings& settings) {
  std::vector<ExpressionPtr> children;
  size_t i = 1;
  for (; i + 1 < arguments.size(); i += 2) {
    ARROW_ASSIGN_OR_RAISE(
        ExpressionPtr found,
        BindCall("<=>", {arguments[0], arguments[i]}, false, nullptr, settings));
    children.push_back(std::move(found));
    children.push_back(arguments[i + 1]);
  }
  if (i < arguments.size()) {
    children.push_back(arguments[i]);
  } else {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr nothing, Literal::Make(Value(), TypeId::kString));
    children.push_back(std::move(nothing));
  }
  return BindConditional(std::move(children), settings);
}

Result<BoundFunction> BindDecode(const BindRequest& request) {
  if (request.size() == 2) {
    return BindSignature(request, {TypeId::kBinary, TypeId::kString}, TypeId::kString,
                         CharsetKernel(Decode, "decode", TypeId::kString));
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr conditional,
                        DecodeAsCase(request.arguments, request.settings));
  BoundFunction function;
  for (const ExpressionPtr& argument : request.arguments) {
    function.argument_types.push_back(argument->type());
  }
  function.return_type = conditional->type();
  function.nullable = conditional->nullable();
  function.may_fail = conditional->may_fail();
  function.lazy_kernel = [settings = request.settings](
                             std::span<const ExpressionPtr> arguments,
                             const arrow::RecordBatch& batch,
                             EvaluationContext* context) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, DecodeAsCase(arguments, settings));
    return bound->Evaluate(batch, context);
  };
  return function;
}

constexpr std::string_view kBase32Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void EncodeBase32(std::string_view bytes, std::string* out) {
  const size_t start = out->size();
  unsigned group = 0;
  int bits = 0;
  for (const unsigned char byte : bytes) {
    group = group << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) out->push_back(kBase32Digits[group >> (bits - 5) & 31]);
  }
  if (bits > 0) out->push_back(kBase32Digits[group << (5 - bits) & 31]);
  while ((out->size() - start) % 8 != 0) out->push_back('=');
}

/// Any case; characters outside of the alphabet are skipped. What is left over of the last byte
/// is dropped, except that a lone digit stands for its upper bits.
void DecodeBase32(std::string_view text, std::string* out) {
  unsigned group = 0;
  int bits = 0;
  int digits = 0;
  for (const char c : text) {
    const size_t value =
        kBase32Digits.find(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
    if (value == std::string_view::npos) continue;
    ++digits;
    group = group << 5 | static_cast<unsigned>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out->push_back(static_cast<char>(group >> bits));
    }
  }
  if (digits % 8 == 1) out->push_back(static_cast<char>((group & 31) >> 2));
}

Result<BoundFunction> BindToBase32(const BindRequest& request) {
  return BindSignature(request, {TypeId::kBinary}, TypeId::kString,
                       StringToStringKernel(EncodeBase32));
}

Result<BoundFunction> BindFromBase32(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    std::string out;
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) {
          out.clear();
          DecodeBase32(text[row], &out);
          return builder->Append(out);
        },
        TypeId::kBinary);
  };
  return BindSignature(request, {TypeId::kString}, TypeId::kBinary, kernel);
}

/// Stricter than DecodeBase64: only digits, white space between them, and padding at the end.
bool IsStrictBase64(std::string_view text) {
  int digits = 0;
  int padding = 0;
  for (const char c : text) {
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || c == '+' || c == '/') {
      if (padding > 0) return false;
      ++digits;
    } else if (c == '=') {
      if (++padding > 2) return false;
    } else if (padding > 0 || !(c == ' ' || (c >= '\t' && c <= '\r'))) {
      return false;
    }
  }
  return padding > 0 ? (digits + padding) % 4 == 0 : digits % 4 != 1;
}

/// The formats of to_binary.
bool ToBytes(std::string_view text, std::string_view format, std::string* out) {
  if (format == "hex") return DecodeHex(text, out);
  if (format == "base64") return IsStrictBase64(text) && DecodeBase64(text, out);
  out->assign(text);
  return true;
}

std::string UpperAscii(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

Kernel ToBinaryKernel(std::string format, bool null_on_error) {
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    std::string out;
    return BuildStrings(
        arguments.first(1), rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
          if (ToBytes(text[row], format, &out)) return builder->Append(out);
          if (null_on_error) return builder->AppendNull();
          return MakeError("CONVERSION_INVALID_INPUT",
                           {{"str", "'" + std::string(text[row]) + "'"},
                            {"fmt", "'" + UpperAscii(format) + "'"},
                            {"targetType", Quoted("BINARY")},
                            {"suggestion", "`try_to_binary`"}});
        },
        TypeId::kBinary);
  };
}

Result<BoundFunction> NullBinary(BoundFunction function) {
  function.kernel = [](std::span<const ColumnVector>, int64_t, EvaluationContext*) {
    return NullConstant(arrow::binary());
  };
  function.nullable = true;
  return function;
}

/// `to_binary(str[, fmt])`: the format is a constant.
template <bool null_on_error>
Result<BoundFunction> BindToBinary(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kBinary, Kernel()));
  std::string format = "hex";
  if (request.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, 1, TypeId::kString, "fmt"));
    if (value.is_null()) return NullBinary(std::move(function));
    format = LowerAscii(value.Get<std::string>());
  }
  if (format != "hex" && format != "utf-8" && format != "utf8" && format != "base64") {
    if (null_on_error) return NullBinary(std::move(function));
    return MakeError("DATATYPE_MISMATCH.INVALID_ARG_VALUE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"inputName", "fmt"},
                      {"requireType", "case-insensitive \"STRING\""},
                      {"validValues", "'hex', 'utf-8', 'utf8', or 'base64'"},
                      {"inputValue", "'" + format + "'"}});
  }
  function.kernel = ToBinaryKernel(std::move(format), null_on_error);
  if (null_on_error) function.nullable = true;
  return function;
}

constexpr ScalarFunctionDefinition kCharsetFunctions[] = {
    {"encode",
     2,
     2,
     {"`encode(str, charset)`: the bytes of a text in a charset.", "1.5.0"},
     BindEncode},
    {"decode",
     2,
     -1,
     {"`decode(bin, charset)` or `decode(expr, search, result, …[, default])`: "
      "the text of bytes, or the result of the search that is found.",
      "1.5.0"},
     BindDecode},
    {"to_base32", 1, 1, {"`to_base32(bin)`: bytes as base 32 text.", "4.3.0"}, BindToBase32},
    {"from_base32",
     1,
     1,
     {"`from_base32(str)`: the bytes of a base 32 text.", "4.3.0"},
     BindFromBase32},
    {"to_binary",
     1,
     2,
     {"`to_binary(str[, fmt])`: the bytes of a text in hex, utf-8 or base64.", "3.3.0"},
     BindToBinary<false>},
    {"try_to_binary",
     1,
     2,
     {"`try_to_binary(str[, fmt])`: as to_binary, NULL if malformed.", "3.3.0"},
     BindToBinary<true>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> CharsetFunctions() { return kCharsetFunctions; }

}  // namespace firesteel
