#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/type.h"
#include "common/env.h"
#include "common/error.h"
#include "formats/json/json_column.h"
#include "formats/protobuf/protobuf_decoder.h"
#include "formats/protobuf/protobuf_encoder.h"
#include "formats/protobuf/protobuf_message.h"
#include "functions/binary_formats.h"
#include "functions/constant.h"
#include "functions/semi_structured.h"
#include "functions/string_kernels.h"

namespace firesteel {

namespace {

/// What a call is bound to; shared by all tasks.
struct ProtobufCall {
  std::shared_ptr<const ProtobufMessage> message;
  ProtobufOptions options;
  DataType type;
  bool fails = true;
};

/// The descriptor set: its bytes, or the path of a file with them.
Result<std::string> DescriptorArgument(const BindRequest& request) {
  const ExpressionPtr& argument = request.arguments[2];
  const TypeId id = argument->type().id();
  if ((id != TypeId::kString && id != TypeId::kBinary) || !IsFoldable(*argument)) {
    return RefuseFormatArgument(
        request,
        "the third argument must be a constant: the path of a descriptor file, or its "
        "bytes");
  }
  ARROW_ASSIGN_OR_RAISE(Value value, EvaluateConstant(*argument));
  if (value.is_null()) return RefuseFormatArgument(request, "the descriptor must not be NULL");
  if (id == TypeId::kBinary) return value.Get<Binary>().bytes;
  const std::string& path = value.Get<std::string>();
  Result<std::string> bytes = Env::Posix()->ReadFile(path);
  if (!bytes.ok()) {
    return MakeErrorCausedBy("PROTOBUF_DESCRIPTOR_FILE_NOT_FOUND", {{"filePath", path}},
                             bytes.status());
  }
  return bytes;
}

/// Reads the arguments behind the first: message name, descriptor, options.
Result<ProtobufCall> ReadProtobufCall(const BindRequest& request) {
  const ExpressionPtr& name_argument = request.arguments[1];
  if (name_argument->type().id() != TypeId::kString || !IsFoldable(*name_argument)) {
    return RefuseFormatArgument(request, "the name of the message must be a constant string");
  }
  ARROW_ASSIGN_OR_RAISE(Value name, EvaluateConstant(*name_argument));
  if (name.is_null()) return RefuseFormatArgument(request, "the name must not be NULL");
  const TypeId third = request.size() > 2 ? request.type(2).id() : TypeId::kNull;
  if (third == TypeId::kNull || third == TypeId::kMap) {
    return MakeError("PROTOBUF_NOT_LOADED_SQL_FUNCTIONS_UNUSABLE",
                     {{"functionName", "`" + std::string(request.name) + "`"}});
  }
  ARROW_ASSIGN_OR_RAISE(std::string descriptors, DescriptorArgument(request));
  ProtobufCall call;
  Options options;
  if (request.size() > 3 && request.type(3).id() != TypeId::kNull) {
    ARROW_ASSIGN_OR_RAISE(options, OptionsArgument(request, 3));
  }
  ARROW_ASSIGN_OR_RAISE(call.fails, FailsOnMalformed(request, options));
  ARROW_ASSIGN_OR_RAISE(call.options, ProtobufOptions::Make(options));
  ARROW_ASSIGN_OR_RAISE(call.message, ProtobufMessage::Find(descriptors, name.Get<std::string>()));
  return call;
}

Result<ColumnVector> ReadMessages(const ProtobufCall& call, const ColumnVector& column,
                                  int64_t rows) {
  ProtobufDecoder decoder(call.message, call.type, call.options);
  JsonColumn values(call.type);
  const BytesReader bytes(column);
  for (int64_t row = 0; row < (column.constant ? 1 : rows); ++row) {
    bool good = false;
    if (!bytes.IsNull(row)) {
      ARROW_ASSIGN_OR_RAISE(good, decoder.Decode(bytes[row], &values));
      if (!good && call.fails) {
        return MakeError("MALFORMED_PROTOBUF_MESSAGE", {{"failFastMode", "FAILFAST"}});
      }
    }
    if (!good) ARROW_RETURN_NOT_OK(values.AppendNull());
  }
  ARROW_ASSIGN_OR_RAISE(auto array, values.Finish());
  return ColumnVector{std::move(array), column.constant};
}

Result<BoundFunction> BindFromProtobuf(const BindRequest& request) {
  ARROW_RETURN_NOT_OK(CheckBinaryInput(request));
  ARROW_ASSIGN_OR_RAISE(ProtobufCall read, ReadProtobufCall(request));
  auto call = std::make_shared<ProtobufCall>(std::move(read));
  ARROW_ASSIGN_OR_RAISE(call->type, ProtobufToSparkType(*call->message, call->options));
  if (!call->fails) call->type = AsNullable(call->type);
  BoundFunction function;
  function.argument_types = {TypeId::kBinary};
  ARROW_RETURN_NOT_OK(FillArguments(request, 4, &function));
  function.return_type = call->type;
  function.kernel = [call = std::shared_ptr<const ProtobufCall>(std::move(call))](
                        std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return ReadMessages(*call, arguments[0], rows);
  };
  return function;
}

Result<BoundFunction> BindToProtobuf(const BindRequest& request) {
  const DataType type = request.type(0);
  if (type.id() != TypeId::kStruct) return UnexpectedInputType(request, 0, Quoted("STRUCT"));
  ARROW_ASSIGN_OR_RAISE(ProtobufCall read, ReadProtobufCall(request));
  auto call = std::make_shared<const ProtobufCall>(std::move(read));
  // What cannot be done at all should not wait for the first row.
  ARROW_RETURN_NOT_OK(ProtobufEncoder::Make(call->message, type, call->options).status());
  BoundFunction function;
  ARROW_RETURN_NOT_OK(FillArguments(request, 4, &function));
  function.return_type = TypeId::kBinary;
  function.nullable = request.arguments[0]->nullable();
  function.kernel = [type, call](std::span<const ColumnVector> arguments, int64_t rows,
                                 EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(auto encoder, ProtobufEncoder::Make(call->message, type, call->options));
    return EncodeValues(arguments, rows, type,
                        [&](const ColumnView& view, int64_t row, std::string* out) {
                          return encoder->Encode(view, row, out);
                        });
  };
  return function;
}

constexpr ScalarFunctionDefinition kProtobufFunctions[] = {
    {"from_protobuf",
     2,
     4,
     {"`from_protobuf(bin, message, descriptors[, options])`: a message of Protocol Buffers as a "
      "struct; the descriptors are a file's path or its bytes.",
      "4.0.0"},
     BindFromProtobuf},
    {"to_protobuf",
     2,
     4,
     {"`to_protobuf(expr, message, descriptors[, options])`: a struct as a message of Protocol "
      "Buffers.",
      "4.0.0"},
     BindToProtobuf},
};

}  // namespace

std::span<const ScalarFunctionDefinition> ProtobufFunctions() { return kProtobufFunctions; }

}  // namespace firesteel
