#include "functions/encoding.h"

#include <array>
#include <bit>
#include <string>
#include <utility>

#include "common/error.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";
constexpr char kBase64Digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void AppendHex(std::string_view bytes, std::string* out) {
  for (unsigned char byte : bytes) {
    out->push_back(kHexDigits[byte >> 4]);
    out->push_back(kHexDigits[byte & 15]);
  }
}

/// A number without leading zeros, two's complement for negative ones.
void AppendHex(int64_t number, std::string* out) {
  const auto bits = static_cast<uint64_t>(number);
  const int digits = bits == 0 ? 1 : (67 - std::countl_zero(bits)) / 4;
  for (int i = digits - 1; i >= 0; --i) out->push_back(kHexDigits[bits >> (i * 4) & 15]);
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

const std::array<int8_t, 256>& Base64Values() {
  static const std::array<int8_t, 256> values = [] {
    std::array<int8_t, 256> table;
    table.fill(-1);
    for (int i = 0; i < 64; ++i) table[static_cast<unsigned char>(kBase64Digits[i])] = i;
    return table;
  }();
  return values;
}

}  // namespace

bool DecodeHex(std::string_view text, std::string* out) {
  out->clear();
  size_t i = 0;
  if (text.size() % 2 == 1) {
    const int digit = HexValue(text[0]);
    if (digit < 0) return false;
    out->push_back(static_cast<char>(digit));
    i = 1;
  }
  for (; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out->push_back(static_cast<char>(high << 4 | low));
  }
  return true;
}

void EncodeBase64(std::string_view bytes, std::string* out) {
  size_t column = 0;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    if (column == 76) {
      out->append("\r\n");
      column = 0;
    }
    const size_t left = bytes.size() - i;
    const auto byte = [&](size_t k) {
      return k < left ? static_cast<unsigned char>(bytes[i + k]) : 0u;
    };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out->push_back(kBase64Digits[group >> 18]);
    out->push_back(kBase64Digits[group >> 12 & 63]);
    out->push_back(left > 1 ? kBase64Digits[group >> 6 & 63] : '=');
    out->push_back(left > 2 ? kBase64Digits[group & 63] : '=');
    column += 4;
  }
}

bool DecodeBase64(std::string_view text, std::string* out) {
  out->clear();
  unsigned group = 0;
  int digits = 0;
  size_t i = 0;
  for (; i < text.size() && text[i] != '='; ++i) {
    const int value = Base64Values()[static_cast<unsigned char>(text[i])];
    if (value < 0) continue;
    group = group << 6 | static_cast<unsigned>(value);
    if (++digits == 4) {
      out->push_back(static_cast<char>(group >> 16));
      out->push_back(static_cast<char>(group >> 8));
      out->push_back(static_cast<char>(group));
      group = 0;
      digits = 0;
    }
  }
  if (digits == 1) return false;
  if (i < text.size()) {
    // Padding: two signs behind two digits, one behind three, then nothing of the alphabet.
    if (digits == 0 || (digits == 2 && text.substr(i, 2) != "==")) return false;
    for (; i < text.size(); ++i) {
      if (Base64Values()[static_cast<unsigned char>(text[i])] >= 0) return false;
    }
  }
  if (digits >= 2) out->push_back(static_cast<char>(group >> (digits == 2 ? 4 : 10)));
  if (digits == 3) out->push_back(static_cast<char>(group >> 2));
  return true;
}

namespace {

Result<BoundFunction> BindHex(const BindRequest& request) {
  auto bytes = StringToStringKernel(
      [](std::string_view text, std::string* out) { AppendHex(text, out); });
  auto numbers = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const FixedReader<int64_t> values(arguments[0]);
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      out.clear();
      AppendHex(values[row], &out);
      return builder->Append(out);
    });
  };
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request,
                    {ParameterType::OneOf({TypeId::kLong, TypeId::kBinary, TypeId::kString})},
                    TypeId::kString, numbers));
  if (function.argument_types[0].id() != TypeId::kLong) function.kernel = std::move(bytes);
  return function;
}

Result<BoundFunction> BindUnhex(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    std::string out;
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) {
          return DecodeHex(text[row], &out) ? builder->Append(out) : builder->AppendNull();
        },
        TypeId::kBinary);
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kString}, TypeId::kBinary, kernel));
  function.nullable = true;
  return function;
}

Result<BoundFunction> BindBase64(const BindRequest& request) {
  return BindSignature(request, {TypeId::kBinary}, TypeId::kString,
                       StringToStringKernel(EncodeBase64));
}

Result<BoundFunction> BindUnbase64(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    std::string out;
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
          if (DecodeBase64(text[row], &out)) return builder->Append(out);
          return MakeError("CONVERSION_INVALID_INPUT",
                           {{"str", "'" + std::string(text[row]) + "'"},
                            {"fmt", "'BASE64'"},
                            {"targetType", Quoted("BINARY")},
                            {"suggestion", "`try_to_binary`"}});
        },
        TypeId::kBinary);
  };
  return BindSignature(request, {TypeId::kString}, TypeId::kBinary, kernel);
}

Result<BoundFunction> BindAscii(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                   EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::int32());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int32_t)));
    auto* out = buffer->mutable_data_as<int32_t>();
    const BytesReader text(arguments[0]);
    for (int64_t row = 0; row < rows; ++row) {
      size_t i = 0;
      out[row] = text[row].empty() ? 0 : static_cast<int32_t>(DecodeCharacter(text[row], &i));
    }
    return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kString}, TypeId::kInteger, kernel));
  function.may_fail = false;
  return function;
}

Result<BoundFunction> BindChr(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const FixedReader<int64_t> code(arguments[0]);
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      out.clear();
      // Only the last byte counts; negative codes have no character.
      if (code[row] >= 0) AppendCharacter(static_cast<char32_t>(code[row] & 0xFF), &out);
      return builder->Append(out);
    });
  };
  return BindSignature(request, {TypeId::kLong}, TypeId::kString, kernel);
}

constexpr ScalarFunctionDefinition kEncodingFunctions[] = {
    {"hex", 1, 1, {"`hex(expr)`: a number or bytes in hexadecimal.", "1.5.0"}, BindHex},
    {"unhex",
     1,
     1,
     {"`unhex(expr)`: the bytes of a hexadecimal text, NULL if malformed.", "1.5.0"},
     BindUnhex},
    {"base64", 1, 1, {"`base64(bin)`: bytes as base 64 text.", "1.5.0"}, BindBase64},
    {"unbase64", 1, 1, {"`unbase64(str)`: the bytes of a base 64 text.", "1.5.0"}, BindUnbase64},
    {"ascii", 1, 1, {"`ascii(str)`: the code of the first character.", "1.5.0"}, BindAscii},
    {"chr", 1, 1, {"`chr(expr)`: the character with this code modulo 256.", "2.3.0"}, BindChr},
    {"char", 1, 1, {"`char(expr)`: the character with this code modulo 256.", "2.3.0"}, BindChr},
};

}  // namespace

std::span<const ScalarFunctionDefinition> EncodingFunctions() { return kEncodingFunctions; }

}  // namespace firesteel
