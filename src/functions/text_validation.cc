#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unicode/uchar.h>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

void MakeWellFormed(std::string_view text, std::string* out) {
  int maximal = 0;
  for (size_t i = 0; i < text.size();) {
    const int bytes = WellFormedBytes(text.substr(i), &maximal);
    if (bytes > 0) {
      out->append(text.substr(i, bytes));
      i += bytes;
    } else {
      out->append("\xEF\xBF\xBD");
      i += maximal;
    }
  }
}

/// Tests every string: `test(std::string_view) -> bool`.
template <typename Test>
Kernel StringTestKernel(Test test) {
  return [test](std::span<const ColumnVector> arguments, int64_t rows,
                EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::boolean());
    const BytesReader text(arguments[0]);
    return MakeBooleanColumn(rows, validity, [&](int64_t row) { return test(text[row]); });
  };
}

Result<BoundFunction> BindIsValidUtf8(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kBoolean, StringTestKernel(IsWellFormed)));
  function.may_fail = false;
  return function;
}

Result<BoundFunction> BindMakeValidUtf8(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kString}, TypeId::kString,
                                      StringToStringKernel(MakeWellFormed)));
  function.may_fail = false;
  return function;
}

std::string HexBytes(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char byte : text) {
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

/// Hands well-formed text on; anything else is an error, or NULL for the try_ function.
template <bool null_on_error>
Result<BoundFunction> BindValidateUtf8(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
      if (IsWellFormed(text[row])) return builder->Append(text[row]);
      if (null_on_error) return builder->AppendNull();
      return MakeError("INVALID_UTF8_STRING", {{"str", HexBytes(text[row])}});
    });
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kString}, TypeId::kString, kernel));
  function.may_fail = !null_on_error;
  if (null_on_error) function.nullable = true;
  return function;
}

/// Luhn's check of a number's last digit, as on bank cards. Anything but digits is false.
bool PassesLuhn(std::string_view text) {
  int sum = 0;
  bool second = false;
  for (size_t i = text.size(); i-- > 0; second = !second) {
    if (text[i] < '0' || text[i] > '9') return false;
    int digit = text[i] - '0';
    if (second && (digit *= 2) > 9) digit -= 9;
    sum += digit;
  }
  return !text.empty() && sum % 10 == 0;
}

Result<BoundFunction> BindLuhnCheck(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kBoolean, StringTestKernel(PassesLuhn)));
  function.may_fail = false;
  return function;
}

/// In single quotes, with a backslash before each quote inside.
void Quote(std::string_view text, std::string* out) {
  out->push_back('\'');
  for (const char c : text) {
    if (c == '\'') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('\'');
}

Result<BoundFunction> BindQuote(const BindRequest& request) {
  return BindSignature(request, {TypeId::kString}, TypeId::kString, StringToStringKernel(Quote));
}

/// The characters that stand for upper case, lower case, digits and the rest in a masked text; a
/// kind without one stays as it is.
struct MaskCharacters {
  std::string_view upper;
  std::string_view lower;
  std::string_view digit;
  std::string_view other;
};

void Mask(std::string_view text, const MaskCharacters& mask, std::string* out) {
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const auto code = static_cast<UChar32>(DecodeCharacter(text, &i));
    std::string_view replacement = mask.other;
    if (u_charType(code) == U_UPPERCASE_LETTER) {
      replacement = mask.upper;
    } else if (u_charType(code) == U_LOWERCASE_LETTER) {
      replacement = mask.lower;
    } else if (u_charType(code) == U_DECIMAL_DIGIT_NUMBER) {
      replacement = mask.digit;
    }
    out->append(replacement.empty() ? text.substr(start, i - start) : replacement);
  }
}

Result<ColumnVector> MaskColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                EvaluationContext*) {
  std::vector<BytesReader> readers;
  for (const ColumnVector& argument : arguments) readers.emplace_back(argument);
  const auto character = [&](int i, int64_t row) {
    return readers[i].IsNull(row) ? std::string_view() : readers[i][row];
  };
  std::string out;
  return BuildStrings(arguments.first(1), rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
    out.clear();
    Mask(readers[0][row],
         {character(1, row), character(2, row), character(3, row), character(4, row)}, &out);
    return builder->Append(out);
  });
}

/// A replacement is one character that is a constant, or NULL.
Status CheckMaskCharacter(const BindRequest& request, int index, const std::string& call) {
  static constexpr std::string_view kNames[] = {"str", "upperChar", "lowerChar", "digitChar",
                                                "otherChar"};
  ARROW_ASSIGN_OR_RAISE(Value value,
                        ConstantArgument(request, index, TypeId::kString, kNames[index]));
  if (value.is_null() || CountCharacters(value.Get<std::string>()) == 1) return Status::OK();
  return MakeError("DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE",
                   {{"sqlExpr", Quoted(call)}, {"exprName", std::string(kNames[index])}});
}

Result<BoundFunction> BindMask(const BindRequest& request) {
  for (int i = 0; i < request.size(); ++i) {
    const TypeId type = request.type(i).id();
    if (type != TypeId::kString && type != TypeId::kNull) {
      return UnexpectedInputType(request, i, Quoted("STRING"));
    }
  }
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kString, MaskColumn));
  const Value defaults[] = {Value("X"), Value("x"), Value("n"), Value()};
  for (int i = request.size(); i < 5; ++i) {
    const Value& value = defaults[i - 1];
    const DataType type = value.is_null() ? TypeId::kNull : TypeId::kString;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(value, type));
    function.default_arguments.push_back(std::move(literal));
    function.argument_types.push_back(TypeId::kString);
  }
  for (int i = 1; i < request.size(); ++i) {
    ARROW_RETURN_NOT_OK(CheckMaskCharacter(request, i, CallSql(request)));
  }
  function.nullable = request.arguments[0]->nullable();
  function.may_fail = false;
  return function;
}

constexpr ScalarFunctionDefinition kTextValidationFunctions[] = {
    {"is_valid_utf8",
     1,
     1,
     {"`is_valid_utf8(str)`: whether the bytes are well-formed UTF-8.", "4.0.0"},
     BindIsValidUtf8},
    {"make_valid_utf8",
     1,
     1,
     {"`make_valid_utf8(str)`: malformed bytes replaced by U+FFFD.", "4.0.0"},
     BindMakeValidUtf8},
    {"validate_utf8",
     1,
     1,
     {"`validate_utf8(str)`: the string, an error if it is malformed.", "4.0.0"},
     BindValidateUtf8<false>},
    {"try_validate_utf8",
     1,
     1,
     {"`try_validate_utf8(str)`: the string, NULL if it is malformed.", "4.0.0"},
     BindValidateUtf8<true>},
    {"luhn_check",
     1,
     1,
     {"`luhn_check(str)`: whether the digits pass Luhn's check.", "3.5.0"},
     BindLuhnCheck},
    {"quote", 1, 1, {"`quote(str)`: in single quotes, quotes inside escaped.", "4.1.0"}, BindQuote},
    {"mask",
     1,
     5,
     {"`mask(input[, upperChar, lowerChar, digitChar, otherChar])`: characters "
      "replaced by kind.",
      "3.5.0"},
     BindMask},
};

}  // namespace

std::span<const ScalarFunctionDefinition> TextValidationFunctions() {
  return kTextValidationFunctions;
}

}  // namespace firesteel
