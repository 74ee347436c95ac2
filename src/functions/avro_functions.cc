#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/avro/avro_decoder.h"
#include "formats/avro/avro_encoder.h"
#include "formats/avro/avro_schema.h"
#include "formats/avro/avro_types.h"
#include "formats/json/json_column.h"
#include "functions/binary_formats.h"
#include "functions/constant.h"
#include "functions/semi_structured.h"
#include "functions/string_kernels.h"

namespace firesteel {

namespace {

using AvroSchemaPtr = std::shared_ptr<const AvroSchema>;

/// What from_avro is bound to; shared by all tasks.
struct AvroReading {
  AvroSchemaPtr writer;
  AvroSchemaPtr reader;
  AvroTypeOptions options;
  DataType type;
  bool fails = true;
};

/// The schema that an argument gives as text. Errors: INVALID_SCHEMA.PARSE_ERROR,
/// DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT.
Result<AvroSchemaPtr> AvroSchemaArgument(const BindRequest& request, int index) {
  const ExpressionPtr& argument = request.arguments[index];
  const TypeId id = argument->type().id();
  if ((id != TypeId::kString && id != TypeId::kNull) || !IsFoldable(*argument)) {
    return RefuseFormatArgument(request,
                                "the schema must be a constant string with Avro's JSON text");
  }
  ARROW_ASSIGN_OR_RAISE(Value value, EvaluateConstant(*argument));
  return AvroSchema::Parse(value.is_null() ? "" : value.Get<std::string>());
}

/// Reads the values of a column; malformed ones fail or become NULL (structs: all their fields do).
Result<ColumnVector> ReadAvroValues(const AvroReading& reading, const ColumnVector& column,
                                    int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(auto decoder, AvroDecoder::Make(reading.writer, reading.reader,
                                                        reading.type, reading.options));
  JsonColumn values(reading.type);
  const BytesReader bytes(column);
  for (int64_t row = 0; row < (column.constant ? 1 : rows); ++row) {
    if (bytes.IsNull(row)) {
      ARROW_RETURN_NOT_OK(values.AppendNull());
      continue;
    }
    std::string_view input = bytes[row];
    ARROW_ASSIGN_OR_RAISE(bool good, decoder->Decode(&input, &values));
    if (good) continue;
    if (reading.fails) {
      return MakeError("MALFORMED_AVRO_MESSAGE",
                       {{"reason", std::string(decoder->reason())}, {"mode", "FAILFAST"}});
    }
    if (reading.type.id() != TypeId::kStruct) {
      ARROW_RETURN_NOT_OK(values.AppendNull());
      continue;
    }
    for (int i = 0; i < values.child_count(); ++i) {
      ARROW_RETURN_NOT_OK(values.child(i).AppendNull());
    }
    ARROW_RETURN_NOT_OK(values.AppendStruct());
  }
  ARROW_ASSIGN_OR_RAISE(auto array, values.Finish());
  return ColumnVector{std::move(array), column.constant};
}

Result<BoundFunction> BindFromAvro(const BindRequest& request) {
  ARROW_RETURN_NOT_OK(CheckBinaryInput(request));
  auto reading = std::make_shared<AvroReading>();
  ARROW_ASSIGN_OR_RAISE(reading->writer, AvroSchemaArgument(request, 1));
  Options options;
  if (request.size() > 2 && request.type(2).id() != TypeId::kNull) {
    ARROW_ASSIGN_OR_RAISE(options, OptionsArgument(request, 2));
  }
  ARROW_ASSIGN_OR_RAISE(reading->fails, FailsOnMalformed(request, options));
  reading->reader = reading->writer;
  if (const auto evolved = options.Get("avroSchema")) {
    ARROW_ASSIGN_OR_RAISE(reading->reader, AvroSchema::Parse(*evolved));
  }
  ARROW_ASSIGN_OR_RAISE(reading->options, AvroTypeOptions::Make(options));
  ARROW_ASSIGN_OR_RAISE(AvroColumnType column, AvroToSparkType(*reading->reader, reading->options));
  reading->type = reading->fails ? column.type : AsNullable(column.type);
  // What cannot be done at all should not wait for the first row.
  ARROW_RETURN_NOT_OK(
      AvroDecoder::Make(reading->writer, reading->reader, reading->type, reading->options)
          .status());
  BoundFunction function;
  function.argument_types = {TypeId::kBinary};
  ARROW_RETURN_NOT_OK(FillArguments(request, 3, &function));
  function.return_type = reading->type;
  function.kernel = [reading = std::shared_ptr<const AvroReading>(std::move(reading))](
                        std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return ReadAvroValues(*reading, arguments[0], rows);
  };
  return function;
}

Result<BoundFunction> BindToAvro(const BindRequest& request) {
  const DataType type = request.type(0);
  AvroSchemaPtr schema;
  if (request.size() > 1 && request.type(1).id() != TypeId::kNull) {
    ARROW_ASSIGN_OR_RAISE(schema, AvroSchemaArgument(request, 1));
  } else {
    ARROW_ASSIGN_OR_RAISE(std::string text,
                          SparkTypeToAvro(type, request.arguments[0]->nullable()));
    ARROW_ASSIGN_OR_RAISE(schema, AvroSchema::Parse(text));
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const AvroEncoder> encoder,
                        AvroEncoder::Make(schema, type));
  BoundFunction function;
  ARROW_RETURN_NOT_OK(FillArguments(request, 2, &function));
  function.return_type = TypeId::kBinary;
  function.nullable = request.arguments[0]->nullable();
  function.kernel = [type, encoder](std::span<const ColumnVector> arguments, int64_t rows,
                                    EvaluationContext*) -> Result<ColumnVector> {
    return EncodeValues(arguments, rows, type,
                        [&](const ColumnView& view, int64_t row, std::string* out) {
                          return encoder->Encode(view, row, out);
                        });
  };
  return function;
}

Result<BoundFunction> BindSchemaOfAvro(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(AvroSchemaPtr schema, AvroSchemaArgument(request, 0));
  Options options;
  if (request.size() > 1 && request.type(1).id() != TypeId::kNull) {
    ARROW_ASSIGN_OR_RAISE(options, OptionsArgument(request, 1));
  }
  ARROW_ASSIGN_OR_RAISE(bool fails, FailsOnMalformed(request, options));
  if (const auto evolved = options.Get("avroSchema")) {
    ARROW_ASSIGN_OR_RAISE(schema, AvroSchema::Parse(*evolved));
  }
  ARROW_ASSIGN_OR_RAISE(AvroTypeOptions type_options, AvroTypeOptions::Make(options));
  ARROW_ASSIGN_OR_RAISE(AvroColumnType column, AvroToSparkType(*schema, type_options));
  BoundFunction function =
      ConstantText(request, (fails ? column.type : AsNullable(column.type)).Sql());
  function.sql = nullptr;
  ARROW_RETURN_NOT_OK(FillArguments(request, 2, &function));
  return function;
}

constexpr ScalarFunctionDefinition kAvroFunctions[] = {
    {"from_avro",
     2,
     3,
     {"`from_avro(bin, schema[, options])`: a value of Avro's binary form, written with this "
      "schema.",
      "4.0.0"},
     BindFromAvro},
    {"to_avro",
     1,
     2,
     {"`to_avro(expr[, schema])`: a value in Avro's binary form.", "4.0.0"},
     BindToAvro},
    {"schema_of_avro",
     1,
     2,
     {"`schema_of_avro(schema[, options])`: the type that a schema of Avro is read as.", "4.0.0"},
     BindSchemaOfAvro},
};

}  // namespace

std::span<const ScalarFunctionDefinition> AvroFunctions() { return kAvroFunctions; }

}  // namespace firesteel
