#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/array/builder_binary.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/json/json_column.h"
#include "formats/json/json_inference.h"
#include "formats/json/json_read_options.h"
#include "formats/json/json_record_parser.h"
#include "formats/json/json_temporal_parser.h"
#include "formats/json/json_text_parser.h"
#include "formats/json/json_text_writer.h"
#include "functions/nested_columns.h"
#include "functions/registry.h"
#include "functions/semi_structured.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"
#include "types/column_view.h"

namespace firesteel {

namespace {

Status InvalidJsonSchema(const BindRequest& request, const DataType& type) {
  return MakeError("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA",
                   {{"sqlExpr", Quoted(CallSql(request))}, {"schema", Quoted(type.Sql())}});
}

char FirstCharacter(std::string_view text) {
  const size_t place = text.find_first_not_of(" \t\r\n");
  return place == std::string_view::npos ? '\0' : text[place];
}

/// What from_json is bound to; shared by all tasks.
struct JsonReading {
  DataType type;
  Schema columns;    ///< of the struct, without the column of malformed text; or one value
  int corrupt = -1;  ///< the place of that column
  JsonReadOptions options;
  std::unique_ptr<JsonTemporalParser> temporal;
};

/// Parses a column of texts into structs.
class StructReader {
 public:
  static Result<ColumnVector> Read(const JsonReading& reading, const BytesReader& texts,
                                   int64_t rows) {
    ARROW_ASSIGN_OR_RAISE(
        std::unique_ptr<JsonTextParser> parser,
        JsonTextParser::Make(reading.columns, reading.options.syntax, reading.temporal.get()));
    StructReader reader(reading, std::move(parser), rows);
    ARROW_RETURN_NOT_OK(reader.AddAll(texts, rows));
    return reader.Finish();
  }

 private:
  StructReader(const JsonReading& reading, std::unique_ptr<JsonTextParser> parser, int64_t rows)
      : reading_(reading), parser_(std::move(parser)) {
    for (const StructField& field : reading.columns.fields()) columns_.emplace_back(field.type);
    set_.reserve(static_cast<size_t>(rows));
  }

  Status AddAll(const BytesReader& texts, int64_t rows) {
    std::vector<std::string_view> views(static_cast<size_t>(rows));
    for (int64_t row = 0; row < rows; ++row) {
      if (!texts.IsNull(row)) views[static_cast<size_t>(row)] = texts[row];
    }
    std::span<const std::string_view> rest(views);
    while (!rest.empty()) {
      const size_t loaded = parser_->Load(rest);
      for (const std::string_view text : rest.first(loaded)) ARROW_RETURN_NOT_OK(AddNext(text));
      rest = rest.subspan(loaded);
    }
    return Status::OK();
  }

  /// Adds the next text that is loaded. NULL is like a text that is blank.
  Status AddNext(std::string_view text) {
    JsonRecordParser::Outcome outcome;
    if (FirstCharacter(text) == '[') {
      // An array stands for no row here, other than in files.
      parser_->SkipNext();
      outcome.malformed = true;
      for (JsonColumn& column : columns_) ARROW_RETURN_NOT_OK(column.AppendNull());
    } else {
      ARROW_ASSIGN_OR_RAISE(outcome, parser_->ParseNext(&columns_, rows_));
      if (outcome.rows == 0) return AddNull();
    }
    if (outcome.malformed && reading_.options.mode == ParseMode::kFailFast) {
      return MalformedRecord(text);
    }
    ++rows_;
    set_.push_back(1);
    if (reading_.corrupt < 0) return Status::OK();
    return outcome.malformed ? corrupt_.Append(text) : corrupt_.AppendNull();
  }

  Result<ColumnVector> Finish() {
    std::vector<std::shared_ptr<arrow::Array>> fields;
    for (JsonColumn& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto field, column.Finish());
      fields.push_back(std::move(field));
    }
    if (reading_.corrupt >= 0) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> texts, corrupt_.Finish());
      fields.insert(fields.begin() + reading_.corrupt, std::move(texts));
    }
    ARROW_ASSIGN_OR_RAISE(auto structs, WrapStructs(reading_.type, fields, rows_, set_));
    return ColumnVector{std::move(structs), false};
  }

 private:
  Status AddNull() {
    for (JsonColumn& column : columns_) ARROW_RETURN_NOT_OK(column.AppendNull());
    ++rows_;
    set_.push_back(0);
    return reading_.corrupt < 0 ? Status::OK() : corrupt_.AppendNull();
  }

  const JsonReading& reading_;
  std::unique_ptr<JsonTextParser> parser_;
  std::vector<JsonColumn> columns_;
  arrow::StringBuilder corrupt_;
  std::vector<uint8_t> set_;
  int64_t rows_ = 0;
};

/// Parses a column of texts into arrays or maps; one that cannot be read is NULL.
class ValueReader {
 public:
  explicit ValueReader(const JsonReading& reading)
      : reading_(reading),
        parser_(reading.columns, reading.options.syntax, reading.temporal.get()),
        column_(reading.type) {}

  Status Add(std::optional<std::string_view> text) {
    if (!text || FirstCharacter(*text) == '\0') return column_.AppendNull();
    std::string wrapped;
    const bool holds_structs = reading_.type.id() == TypeId::kArray &&
                               reading_.type.element_type().id() == TypeId::kStruct;
    if (holds_structs && FirstCharacter(*text) == '{') {
      // An object is taken for the array's one element.
      wrapped = "[" + std::string(*text) + "]";
      text = wrapped;
    }
    ARROW_ASSIGN_OR_RAISE(bool good, parser_.ParseValue(*text, 0, &column_));
    if (good) return Status::OK();
    if (reading_.options.mode == ParseMode::kFailFast) return MalformedRecord(*text);
    return column_.AppendNull();
  }

  Result<ColumnVector> Finish() {
    ARROW_ASSIGN_OR_RAISE(auto values, column_.Finish());
    return ColumnVector{std::move(values), false};
  }

 private:
  const JsonReading& reading_;
  JsonRecordParser parser_;
  JsonColumn column_;
};

Result<ColumnVector> ReadValues(const JsonReading& reading, const BytesReader& texts,
                                int64_t rows) {
  ValueReader reader(reading);
  for (int64_t row = 0; row < rows; ++row) {
    std::optional<std::string_view> text;
    if (!texts.IsNull(row)) text = texts[row];
    ARROW_RETURN_NOT_OK(reader.Add(text));
  }
  return reader.Finish();
}

/// Splits the struct into what is read and the column of malformed text.
Status SplitColumns(JsonReading* reading) {
  if (reading->type.id() != TypeId::kStruct) {
    reading->columns.Add("value", reading->type);
    return Status::OK();
  }
  const std::vector<StructField>& fields = reading->type.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name != reading->options.corrupt_column) {
      reading->columns.Add(fields[i].name, fields[i].type);
    } else if (fields[i].type.id() != TypeId::kString) {
      return MakeError("INVALID_CORRUPT_RECORD_TYPE",
                       {{"columnName", "`" + fields[i].name + "`"},
                        {"actualType", Quoted(fields[i].type.Sql())}});
    } else {
      reading->corrupt = static_cast<int>(i);
    }
  }
  return Status::OK();
}

Result<BoundFunction> BindFromJson(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, StartTextFunction(request));
  ARROW_ASSIGN_OR_RAISE(DataType type, SchemaArgument(request, 1));
  const TypeId id = type.id();
  if (id != TypeId::kStruct && id != TypeId::kArray && id != TypeId::kMap) {
    return InvalidJsonSchema(request, type);
  }
  if (id == TypeId::kMap && type.key_type().id() != TypeId::kString) {
    return MakeError("INVALID_JSON_SCHEMA_MAP_TYPE", {{"jsonSchema", Quoted(type.Sql())}});
  }
  auto reading = std::make_shared<JsonReading>();
  reading->type = AsNullable(type);
  ARROW_ASSIGN_OR_RAISE(Options options, OptionsArgument(request, 2));
  ARROW_ASSIGN_OR_RAISE(reading->options,
                        JsonReadOptions::Make(options, request.settings.time_zone));
  reading->options.syntax.keep_nested_text = false;
  if (reading->options.mode == ParseMode::kDropMalformed) {
    return MakeError("PARSE_MODE_UNSUPPORTED",
                     {{"funcName", "`from_json`"}, {"mode", "DROPMALFORMED"}});
  }
  ARROW_RETURN_NOT_OK(SplitColumns(reading.get()));
  ARROW_ASSIGN_OR_RAISE(reading->temporal, JsonTemporalParser::Make(reading->options));
  function.return_type = reading->type;
  function.kernel = [reading = std::shared_ptr<const JsonReading>(std::move(reading))](
                        std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader texts(arguments[0]);
    return reading->type.id() == TypeId::kStruct ? StructReader::Read(*reading, texts, rows)
                                                 : ReadValues(*reading, texts, rows);
  };
  if (id == TypeId::kMap) {
    function.sql = [](const std::vector<std::string>&) { return std::string("entries"); };
  }
  return function;
}

Result<BoundFunction> BindToJson(const BindRequest& request) {
  const DataType type = request.type(0);
  const TypeId id = type.id();
  const bool fits = id == TypeId::kStruct || id == TypeId::kArray || id == TypeId::kMap ||
                    id == TypeId::kNull;
  if (!fits || !JsonTextWriter::Supports(type)) return InvalidJsonSchema(request, type);
  ARROW_ASSIGN_OR_RAISE(Options options, OptionsArgument(request, 1));
  ARROW_RETURN_NOT_OK(JsonTextWriter::Make(options, request.settings.time_zone).status());
  BoundFunction function;
  for (int i = 0; i < request.size(); ++i) function.argument_types.push_back(request.type(i));
  function.return_type = TypeId::kString;
  function.nullable = request.arguments[0]->nullable();
  function.sql = FirstArgumentOnly(request.name);
  function.kernel = [type, options, zone = request.settings.time_zone](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) -> Result<ColumnVector> {
    if (type.id() == TypeId::kNull) return NullConstant(arrow::utf8());
    ARROW_ASSIGN_OR_RAISE(JsonTextWriter writer, JsonTextWriter::Make(options, zone));
    ARROW_ASSIGN_OR_RAISE(ColumnView view, ColumnView::Make(*arguments[0].values->data(), type));
    std::string out;
    return BuildStrings(arguments.first(1), rows,
                        [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
                          out.clear();
                          ARROW_RETURN_NOT_OK(writer.AppendValue(
                              view, arguments[0].constant ? 0 : row, &out));
                          return builder->Append(out);
                        });
  };
  return function;
}

Result<BoundFunction> BindSchemaOfJson(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::string text, ExampleArgument(request, "json"));
  ARROW_ASSIGN_OR_RAISE(Options options, OptionsArgument(request, 1));
  ARROW_ASSIGN_OR_RAISE(JsonReadOptions read,
                        JsonReadOptions::Make(options, request.settings.time_zone));
  ARROW_ASSIGN_OR_RAISE(std::optional<DataType> type, InferJsonType(text, read));
  return ConstantText(request, type.value_or(DataType(TypeId::kString)).Sql());
}

constexpr ScalarFunctionDefinition kJsonFunctions[] = {
    {"from_json",
     2,
     3,
     {"`from_json(jsonStr, schema[, options])`: JSON text as a value.", "2.2.0"},
     BindFromJson},
    {"to_json", 1, 2, {"`to_json(expr[, options])`: a value as JSON text.", "2.2.0"}, BindToJson},
    {"schema_of_json",
     1,
     2,
     {"`schema_of_json(json[, options])`: the type of JSON text.", "2.4.0"},
     BindSchemaOfJson},
};

}  // namespace

std::span<const ScalarFunctionDefinition> JsonFunctions() { return kJsonFunctions; }

}  // namespace firesteel
