#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "arrow/array/array_nested.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/array_binding.h"
#include "functions/coercion.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;
constexpr int32_t kMaxInt = std::numeric_limits<int32_t>::max();

/// Maps one string to an INT.
template <typename Map>
Kernel LengthKernel(Map map) {
  return [map](std::span<const ColumnVector> arguments, int64_t rows,
               EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::int32());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int32_t)));
    auto* out = buffer->mutable_data_as<int32_t>();
    const BytesReader text(arguments[0]);
    for (int64_t row = 0; row < rows; ++row) out[row] = static_cast<int32_t>(map(text[row]));
    return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
  };
}

Result<BoundFunction> BindLength(const BindRequest& request) {
  Kernel characters = LengthKernel(CountCharacters);
  Kernel bytes = LengthKernel([](std::string_view text) { return text.size(); });
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {StringOrBinary()}, TypeId::kInteger, std::move(characters)));
  if (function.argument_types[0].id() == TypeId::kBinary) function.kernel = std::move(bytes);
  function.may_fail = false;
  return function;
}

template <int factor>
Result<BoundFunction> BindByteLength(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {StringOrBinary()}, TypeId::kInteger,
                    LengthKernel([](std::string_view text) { return text.size() * factor; })));
  function.may_fail = false;
  return function;
}

Result<ColumnVector> Concatenate(std::span<const ColumnVector> arguments, int64_t rows,
                                 TypeId type) {
  std::vector<BytesReader> parts;
  for (const ColumnVector& argument : arguments) parts.emplace_back(argument);
  std::string out;
  return BuildStrings(
      arguments, rows,
      [&](int64_t row, arrow::BinaryBuilder* builder) {
        out.clear();
        for (const BytesReader& part : parts) out.append(part[row]);
        return builder->Append(out);
      },
      type);
}

Result<BoundFunction> BindConcat(const BindRequest& request) {
  bool all_binary = request.size() > 0;
  for (int i = 0; i < request.size(); ++i) {
    if (request.type(i).id() == TypeId::kArray) return BindConcatArrays(request);
    all_binary &= request.type(i).id() == TypeId::kBinary;
  }
  const TypeId type = all_binary ? TypeId::kBinary : TypeId::kString;
  for (int i = 0; i < request.size(); ++i) {
    const bool fits = request.type(i).id() == TypeId::kBinary ||
                      CanCastImplicitly(request.type(i), TypeId::kString, request.settings.ansi);
    if (!fits) return DifferentTypes(request);
  }
  BoundFunction function;
  function.argument_types.assign(request.size(), type);
  function.return_type = type;
  function.nullable = AnyNullable(request);
  function.kernel = [type](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) { return Concatenate(arguments, rows, type); };
  function.sql = [](const Arguments& arguments) {
    std::string text = "concat(";
    for (size_t i = 0; i < arguments.size(); ++i) text += (i > 0 ? ", " : "") + arguments[i];
    return text + ")";
  };
  return function;
}

/// Appends the elements of one list that are set, with separators.
void AppendList(const arrow::ListArray& list, int64_t i, std::string_view separator, bool* first,
                std::string* out) {
  const auto& values = static_cast<const arrow::StringArray&>(*list.values());
  for (int64_t k = list.value_offset(i); k < list.value_offset(i + 1); ++k) {
    if (values.IsNull(k)) continue;
    if (!*first) out->append(separator);
    out->append(values.GetView(k));
    *first = false;
  }
}

Result<ColumnVector> ConcatenateWithSeparator(std::span<const ColumnVector> arguments,
                                              int64_t rows, EvaluationContext*) {
  const BytesReader separators(arguments[0]);
  std::string out;
  return BuildStrings(
      arguments.first(1), rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
        out.clear();
        bool first = true;
        const std::string_view separator = separators[row];
        for (const ColumnVector& argument : arguments.subspan(1)) {
          const int64_t i = argument.constant ? 0 : row;
          if (argument.values->IsNull(i)) continue;
          if (argument.values->type_id() == arrow::Type::LIST) {
            AppendList(static_cast<const arrow::ListArray&>(*argument.values), i, separator,
                       &first, &out);
            continue;
          }
          if (!first) out.append(separator);
          out.append(static_cast<const arrow::StringArray&>(*argument.values).GetView(i));
          first = false;
        }
        return builder->Append(out);
      });
}

Result<BoundFunction> BindConcatWs(const BindRequest& request) {
  BoundFunction function;
  const DataType strings = DataType::Array(TypeId::kString);
  // A NULL without a type is a string here, an array would do as well.
  for (int i = 0; i < request.size(); ++i) {
    const DataType& given = request.type(i);
    const bool list = i > 0 && given.id() == TypeId::kArray;
    const DataType& wanted = list ? strings : DataType(TypeId::kString);
    const ParameterType parameter(wanted);
    auto type = parameter.Match(given, request.settings.ansi);
    if (!type) return UnexpectedInputType(request, i, parameter.ToString());
    function.argument_types.push_back(*std::move(type));
  }
  function.return_type = TypeId::kString;
  function.nullable = request.arguments[0]->nullable();
  function.kernel = ConcatenateWithSeparator;
  return function;
}

/// The part of a text (in characters) or of bytes that substring names.
std::string_view Substring(std::string_view text, int64_t position, int64_t length, bool bytes) {
  if (bytes) {
    const auto size = static_cast<int64_t>(text.size());
    int64_t start = position > 0 ? position - 1 : position < 0 ? size + position : 0;
    const int64_t end = std::min(start + length, size);
    start = std::max<int64_t>(start, 0);
    if (start >= end) return {};
    return text.substr(start, end - start);
  }
  int64_t start = position - 1;
  if (position <= 0) start = position < 0 ? CountCharacters(text) + position : 0;
  const int64_t end = std::clamp<int64_t>(start + length, std::numeric_limits<int32_t>::min(),
                                          kMaxInt);
  return Characters(text, start, end);
}

Kernel SubstringKernel(bool bytes) {
  return [bytes](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const FixedReader<int32_t> position(arguments[1]);
    const FixedReader<int32_t> length(arguments[2]);
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) {
          return builder->Append(Substring(text[row], position[row], length[row], bytes));
        },
        bytes ? TypeId::kBinary : TypeId::kString);
  };
}

Result<BoundFunction> BindSubstring(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {StringOrBinary(), TypeId::kInteger,
                                                 TypeId::kInteger}));
  if (request.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr rest, Literal::Make(kMaxInt, TypeId::kInteger));
    function.default_arguments = {std::move(rest)};
  }
  function.return_type = function.argument_types[0];
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = SubstringKernel(function.return_type.id() == TypeId::kBinary);
  return function;
}

Result<BoundFunction> BindLeft(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {StringOrBinary(), TypeId::kInteger}));
  function.return_type = function.argument_types[0];
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  const TypeId type = function.return_type.id();
  function.kernel = [type](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const FixedReader<int32_t> length(arguments[1]);
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) {
          return builder->Append(Substring(text[row], 1, length[row], type == TypeId::kBinary));
        },
        type);
  };
  return function;
}

Result<BoundFunction> BindRight(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const FixedReader<int32_t> length(arguments[1]);
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      const int64_t count = length[row];
      if (count <= 0) return builder->Append("", 0);
      return builder->Append(Substring(text[row], -count, kMaxInt, false));
    });
  };
  return BindSignature(request, {TypeId::kString, TypeId::kInteger}, TypeId::kString, kernel);
}

Status AppendRepeated(std::string_view text, int64_t times, arrow::BinaryBuilder* builder) {
  if (times > 0 && static_cast<int64_t>(text.size()) > kMaxInt / times) {
    return MakeError("COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER",
                     {{"numberOfElements", std::to_string(text.size()) + " * " +
                                               std::to_string(times)},
                      {"maxRoundedArrayLength", std::to_string(kMaxInt)},
                      {"functionName", "`repeat`"},
                      {"parameter", "`n`"}});
  }
  ARROW_RETURN_NOT_OK(builder->Append("", 0));
  for (int64_t i = 0; i < times; ++i) {
    ARROW_RETURN_NOT_OK(builder->ExtendCurrent(text));
  }
  return Status::OK();
}

Result<BoundFunction> BindRepeat(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const FixedReader<int32_t> times(arguments[1]);
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      return AppendRepeated(text[row], times[row], builder);
    });
  };
  return BindSignature(request, {TypeId::kString, TypeId::kInteger}, TypeId::kString, kernel);
}

Result<BoundFunction> BindSpace(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const FixedReader<int32_t> times(arguments[0]);
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      return AppendRepeated(" ", times[row], builder);
    });
  };
  return BindSignature(request, {TypeId::kInteger}, TypeId::kString, kernel);
}

Result<ColumnVector> ReverseBytes(std::span<const ColumnVector> arguments, int64_t rows,
                                  EvaluationContext*) {
  const BytesReader bytes(arguments[0]);
  std::string out;
  return BuildStrings(
      arguments, rows,
      [&](int64_t row, arrow::BinaryBuilder* builder) {
        out.assign(bytes[row].rbegin(), bytes[row].rend());
        return builder->Append(out);
      },
      TypeId::kBinary);
}

Result<BoundFunction> BindReverse(const BindRequest& request) {
  if (request.type(0).id() == TypeId::kArray) return BindReverseArray(request);
  if (request.type(0).id() == TypeId::kBinary) {
    return BindSignature(request, {TypeId::kBinary}, TypeId::kBinary, ReverseBytes);
  }
  Kernel kernel = StringToStringKernel([](std::string_view text, std::string* out) {
    out->resize(text.size());
    size_t end = text.size();
    for (size_t i = 0; i < text.size();) {
      const size_t bytes = std::min<size_t>(CharacterBytes(text[i]), text.size() - i);
      end -= bytes;
      text.copy(out->data() + end, bytes, i);
      i += bytes;
    }
  });
  return BindSignature(request,
                       {ParameterType::OneOf({TypeId::kString, ParameterType::Kind::kArray})},
                       TypeId::kString, std::move(kernel));
}

/// Pads or cuts text to `length` characters, bytes to `length` bytes.
std::string_view Pad(std::string_view text, int64_t length, std::string_view pad, bool left,
                     bool bytes, std::string* out) {
  if (length <= 0) return {};
  const int64_t size = bytes ? static_cast<int64_t>(text.size()) : CountCharacters(text);
  if (size >= length || pad.empty()) {
    return bytes ? text.substr(0, length) : Characters(text, 0, length);
  }
  const int64_t missing = length - size;
  const int64_t pad_size = bytes ? static_cast<int64_t>(pad.size()) : CountCharacters(pad);
  out->clear();
  if (!left) out->append(text);
  for (int64_t i = 0; i < missing / pad_size; ++i) out->append(pad);
  const int64_t rest = missing % pad_size;
  out->append(bytes ? pad.substr(0, rest) : Characters(pad, 0, rest));
  if (left) out->append(text);
  return *out;
}

template <bool left>
Result<BoundFunction> BindPad(const BindRequest& request) {
  BoundFunction function;
  const bool binary = request.type(0).id() == TypeId::kBinary &&
                      (request.size() == 2 || request.type(2).id() == TypeId::kBinary);
  const TypeId type = binary ? TypeId::kBinary : TypeId::kString;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {StringOrBinary(), TypeId::kInteger,
                                                 StringOrBinary()}));
  function.argument_types[0] = type;
  if (request.size() == 2) {
    Value pad = binary ? Value(Binary{std::string(1, '\0')}) : Value(" ");
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(std::move(pad), type));
    function.default_arguments = {std::move(literal)};
  } else {
    function.argument_types[2] = type;
  }
  function.return_type = type;
  function.nullable = AnyNullable(request);
  function.kernel = [binary, type](std::span<const ColumnVector> arguments, int64_t rows,
                                   EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const FixedReader<int32_t> length(arguments[1]);
    const BytesReader pad(arguments[2]);
    std::string out;
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) {
          return builder->Append(Pad(text[row], length[row], pad[row], left, binary, &out));
        },
        type);
  };
  return function;
}

Result<BoundFunction> BindOverlay(const BindRequest& request) {
  BoundFunction function;
  if ((request.type(0).id() == TypeId::kBinary) != (request.type(1).id() == TypeId::kBinary) &&
      request.type(0).id() != TypeId::kNull && request.type(1).id() != TypeId::kNull) {
    return DifferentTypes(request);
  }
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {StringOrBinary(), StringOrBinary(),
                                                 TypeId::kInteger, TypeId::kInteger}));
  const bool bytes = request.type(0).id() == TypeId::kBinary;
  const TypeId type = bytes ? TypeId::kBinary : TypeId::kString;
  function.argument_types[0] = type;
  function.argument_types[1] = type;
  if (request.size() == 3) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr length, Literal::Make(int32_t{-1}, TypeId::kInteger));
    function.default_arguments = {std::move(length)};
  }
  function.return_type = type;
  function.nullable = AnyNullable(request);
  function.kernel = [bytes, type](std::span<const ColumnVector> arguments, int64_t rows,
                                  EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const BytesReader replacement(arguments[1]);
    const FixedReader<int32_t> position(arguments[2]);
    const FixedReader<int32_t> length(arguments[3]);
    std::string out;
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) {
          const int64_t start = position[row];
          int64_t count = length[row];
          if (count < 0) {
            count = bytes ? static_cast<int64_t>(replacement[row].size())
                          : CountCharacters(replacement[row]);
          }
          out.assign(Substring(text[row], 1, start - 1, bytes));
          out.append(replacement[row]);
          out.append(Substring(text[row], start + count, kMaxInt, bytes));
          return builder->Append(out);
        },
        type);
  };
  return function;
}

constexpr ScalarFunctionDefinition kStringFunctions[] = {
    {"length",
     1,
     1,
     {"`length(expr)`: characters of a string, bytes of a binary.", "1.5.0"},
     BindLength},
    {"len", 1, 1, {"`len(expr)`: as length.", "3.4.0"}, BindLength},
    {"char_length", 1, 1, {"`char_length(expr)`: as length.", "2.3.0"}, BindLength},
    {"character_length", 1, 1, {"`character_length(expr)`: as length.", "2.3.0"}, BindLength},
    {"octet_length", 1, 1, {"`octet_length(expr)`: the bytes.", "2.3.0"}, BindByteLength<1>},
    {"bit_length", 1, 1, {"`bit_length(expr)`: the bits.", "2.3.0"}, BindByteLength<8>},
    {"concat",
     0,
     -1,
     {"`concat(expr, …)`: joins strings, binaries or arrays.", "1.5.0"},
     BindConcat},
    {"||", 2, 2, {"`expr1 || expr2`: joins strings, binaries or arrays.", "2.3.0"}, BindConcat},
    {"concat_ws",
     1,
     -1,
     {"`concat_ws(sep, expr, …)`: joins strings, NULLs left out.", "1.5.0"},
     BindConcatWs},
    {"substring",
     2,
     3,
     {"`substring(str, pos[, len])`: a part; pos counts from 1.", "1.5.0"},
     BindSubstring},
    {"substr", 2, 3, {"`substr(str, pos[, len])`: as substring.", "1.5.0"}, BindSubstring},
    {"left", 2, 2, {"`left(str, len)`: the first characters.", "2.3.0"}, BindLeft},
    {"right", 2, 2, {"`right(str, len)`: the last characters.", "2.3.0"}, BindRight},
    {"repeat", 2, 2, {"`repeat(str, n)`: the string n times.", "1.5.0"}, BindRepeat},
    {"space", 1, 1, {"`space(n)`: n spaces.", "1.5.0"}, BindSpace},
    {"reverse", 1, 1, {"`reverse(expr)`: a string or array backwards.", "1.5.0"}, BindReverse},
    {"lpad",
     2,
     3,
     {"`lpad(str, len[, pad])`: padded on the left, or cut, to len.", "1.5.0"},
     BindPad<true>},
    {"rpad",
     2,
     3,
     {"`rpad(str, len[, pad])`: padded on the right, or cut, to len.", "1.5.0"},
     BindPad<false>},
    {"overlay",
     3,
     4,
     {"`overlay(input, replace, pos[, len])`: a part replaced.", "3.0.0"},
     BindOverlay},
};

}  // namespace

std::span<const ScalarFunctionDefinition> StringFunctions() { return kStringFunctions; }

}  // namespace firesteel
