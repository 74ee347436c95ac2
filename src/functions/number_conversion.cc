#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/arithmetic_kernels.h"
#include "functions/number_picture.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;
using PicturePtr = std::shared_ptr<const NumberPicture>;

/// The constant format of argument 1; nullptr when it is NULL.
Result<PicturePtr> PictureArgument(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(Value format, ConstantArgument(request, 1, TypeId::kString, "format"));
  if (format.is_null()) return PicturePtr();
  ARROW_ASSIGN_OR_RAISE(NumberPicture picture, NumberPicture::Make(format.Get<std::string>()));
  return std::make_shared<const NumberPicture>(std::move(picture));
}

Kernel ToNumberKernel(PicturePtr picture, std::string format, const DataType& type,
                      bool null_on_error) {
  return [=, arrow_type = ToArrowType(type)](std::span<const ColumnVector> arguments,
                                             int64_t rows,
                                             EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments.first(1), rows));
    if (validity.all_null || picture == nullptr) return NullConstant(arrow_type);
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(DecimalSlot)));
    auto* out = reinterpret_cast<DecimalSlot*>(buffer->mutable_data());
    ARROW_ASSIGN_OR_RAISE(validity.bitmap, WritableBitmap(validity, rows));
    const BytesReader text(arguments[0]);
    for (int64_t row = 0; row < rows; ++row) {
      int128_t value = 0;
      if (validity.IsValid(row) && !picture->Parse(text[row], &value)) {
        if (!null_on_error) {
          return MakeError("INVALID_FORMAT.MISMATCH_INPUT",
                           {{"inputType", Quoted("STRING")},
                            {"input", std::string(text[row])},
                            {"format", format}});
        }
        arrow::bit_util::ClearBit(validity.bitmap->mutable_data(), row);
      }
      out[row] = DecimalSlot(value);
    }
    return MakeFixedColumn(arrow_type, rows, validity, std::move(buffer));
  };
}

/// `to_number(str, format)`: a decimal of as many digits as the format has.
template <bool null_on_error>
Result<BoundFunction> BindToNumber(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kNull, Kernel()));
  ARROW_ASSIGN_OR_RAISE(PicturePtr picture, PictureArgument(request));
  function.return_type = picture ? DataType::Decimal(picture->precision(), picture->scale())
                                 : DataType::Decimal(10, 0);
  const std::string format = request.arguments[1]->Sql();
  function.kernel = ToNumberKernel(std::move(picture), format, function.return_type,
                                   null_on_error);
  function.nullable = true;
  return function;
}

/// Renders a call under the name of the function that does the work.
std::function<std::string(const Arguments&)> Named(std::string name, size_t arguments) {
  return [name = std::move(name), arguments](const Arguments& all) {
    std::string text = name + "(";
    for (size_t i = 0; i < arguments; ++i) text += (i > 0 ? ", " : "") + all[i];
    return text + ")";
  };
}

/// `to_char(binary, format)` is base64, hex or decode.
Result<BoundFunction> BindBinaryToChar(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, 1, TypeId::kString, "format"));
  std::string format = value.is_null() ? "" : value.Get<std::string>();
  for (char& c : format) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (format == "utf-8") {
    BindRequest decode{"decode", request.arguments, request.settings};
    ARROW_ASSIGN_OR_RAISE(BoundFunction function, FindFunction("decode").scalar->bind(decode));
    function.sql = Named("decode", 2);
    return function;
  }
  if (format != "hex" && format != "base64") {
    return MakeError("INVALID_PARAMETER_VALUE.BINARY_FORMAT",
                     {{"functionName", "`" + std::string(request.name) + "`"},
                      {"parameter", "`format`"},
                      {"invalidFormat", "'" + format + "'"}});
  }
  const std::vector<ExpressionPtr> input{request.arguments[0]};
  BindRequest one{format, input, request.settings};
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, FindFunction(format).scalar->bind(one));
  function.argument_types.push_back(TypeId::kString);
  function.kernel = [kernel = function.kernel](std::span<const ColumnVector> arguments,
                                               int64_t rows, EvaluationContext* context) {
    return kernel(arguments.first(1), rows, context);
  };
  function.sql = Named(format, 1);
  return function;
}

bool IsDateTime(TypeId id) {
  return id == TypeId::kDate || id == TypeId::kTimestamp || id == TypeId::kTimestampNtz;
}

/// `to_char(number, format)`; dates and binaries go to functions of their own.
Result<BoundFunction> BindToChar(const BindRequest& request) {
  const DataType& given = request.type(0);
  if (IsDateTime(given.id())) {
    BindRequest format{"date_format", request.arguments, request.settings};
    ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                          FindFunction("date_format").scalar->bind(format));
    function.sql = Named("date_format", 2);
    return function;
  }
  if (given.id() == TypeId::kBinary) return BindBinaryToChar(request);
  BoundFunction function;
  DataType type = DataType::Decimal(38, 18);
  if (given.id() == TypeId::kDecimal) {
    type = given;
  } else if (given.is_numeric()) {
    type = DecimalForNumber(given);
  } else if (given.id() != TypeId::kString && given.id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("DECIMAL"));
  }
  ARROW_ASSIGN_OR_RAISE(PicturePtr picture, PictureArgument(request));
  function.argument_types = {type, TypeId::kString};
  function.return_type = TypeId::kString;
  function.nullable = true;
  function.sql = Named("to_char", 2);
  function.kernel = [picture, scale = type.scale()](std::span<const ColumnVector> arguments,
                                                    int64_t rows, EvaluationContext*) {
    const FixedReader<DecimalSlot> numbers(arguments[0]);
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      picture->Format(numbers[row], scale, &out);
      return builder->Append(out);
    });
  };
  return function;
}

constexpr ScalarFunctionDefinition kNumberConversionFunctions[] = {
    {"to_number",
     2,
     2,
     {"`to_number(str, format)`: the number that a text in this format says.", "3.3.0"},
     BindToNumber<false>},
    {"try_to_number",
     2,
     2,
     {"`try_to_number(str, format)`: as to_number, NULL if it does not "
      "match.",
      "3.3.0"},
     BindToNumber<true>},
    {"to_char",
     2,
     2,
     {"`to_char(expr, format)`: a number, date or binary as text.", "3.4.0"},
     BindToChar},
    {"to_varchar", 2, 2, {"`to_varchar(expr, format)`: as to_char.", "3.5.0"}, BindToChar},
};

}  // namespace

std::span<const ScalarFunctionDefinition> NumberConversionFunctions() {
  return kNumberConversionFunctions;
}

}  // namespace firesteel
