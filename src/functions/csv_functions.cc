#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/builder_binary.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/csv/csv_inference.h"
#include "formats/csv/csv_options.h"
#include "formats/csv/csv_record_parser.h"
#include "formats/csv/csv_text_writer.h"
#include "formats/csv/csv_tokenizer.h"
#include "formats/json/json_column.h"
#include "functions/nested_columns.h"
#include "functions/registry.h"
#include "functions/semi_structured.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"
#include "types/column_view.h"

namespace firesteel {

namespace {

/// What from_csv is bound to; shared by all tasks.
struct CsvReading {
  DataType type;
  Schema columns;    ///< without the column of malformed text
  int corrupt = -1;  ///< the place of that column
  CsvReadOptions options;
};

/// Whether the text holds no record: there is no malformed text to show then.
bool IsComment(std::string_view text, const CsvDialect& dialect) {
  return text.empty() || (dialect.comment != '\0' && text[0] == dialect.comment);
}

Result<ColumnVector> ReadStructs(const CsvReading& reading, const ColumnVector& column,
                                 int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(auto parser, CsvRecordParser::Make(reading.columns, reading.columns,
                                                           reading.options));
  std::vector<JsonColumn> columns;
  for (const StructField& field : reading.columns.fields()) columns.emplace_back(field.type);
  arrow::StringBuilder corrupt;
  std::vector<uint8_t> set(rows, 1);
  const BytesReader texts(column);
  for (int64_t row = 0; row < rows; ++row) {
    if (texts.IsNull(row)) {
      set[row] = 0;
      ARROW_RETURN_NOT_OK(CsvRecordParser::AppendNulls(&columns));
      ARROW_RETURN_NOT_OK(corrupt.AppendNull());
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(CsvRecordParser::Outcome outcome, parser->Parse(texts[row], &columns));
    if (!outcome.malformed) {
      ARROW_RETURN_NOT_OK(corrupt.AppendNull());
      continue;
    }
    if (reading.options.mode == ParseMode::kFailFast) return MalformedRecord(texts[row]);
    if (IsComment(texts[row], reading.options.dialect)) {
      ARROW_RETURN_NOT_OK(corrupt.AppendNull());
    } else {
      ARROW_RETURN_NOT_OK(corrupt.Append(WithoutLineBreak(texts[row])));
    }
  }
  std::vector<std::shared_ptr<arrow::Array>> fields;
  for (JsonColumn& values : columns) {
    ARROW_ASSIGN_OR_RAISE(auto field, values.Finish());
    fields.push_back(std::move(field));
  }
  if (reading.corrupt >= 0) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> records, corrupt.Finish());
    fields.insert(fields.begin() + reading.corrupt, std::move(records));
  }
  ARROW_ASSIGN_OR_RAISE(auto structs, WrapStructs(reading.type, fields, rows, set));
  return ColumnVector{std::move(structs), false};
}

Status SplitColumns(CsvReading* reading) {
  const std::vector<StructField>& fields = reading->type.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == reading->options.corrupt_column) {
      reading->corrupt = static_cast<int>(i);
    } else if (!CanReadCsv(fields[i].type)) {
      return MakeError("UNSUPPORTED_DATATYPE", {{"typeName", Quoted(fields[i].type.Sql())}});
    } else {
      reading->columns.Add(fields[i].name, fields[i].type);
    }
  }
  return Status::OK();
}

Result<BoundFunction> BindFromCsv(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, StartTextFunction(request));
  ARROW_ASSIGN_OR_RAISE(DataType type, SchemaArgument(request, 1));
  if (type.id() != TypeId::kStruct) {
    return MakeError("INVALID_SCHEMA.NON_STRUCT_TYPE",
                     {{"inputSchema", Quoted(request.arguments[1]->Sql())},
                      {"dataType", Quoted(type.Sql())}});
  }
  auto reading = std::make_shared<CsvReading>();
  reading->type = AsNullable(type);
  ARROW_ASSIGN_OR_RAISE(Options options, OptionsArgument(request, 2));
  ARROW_ASSIGN_OR_RAISE(reading->options,
                        CsvReadOptions::Make(options, request.settings.time_zone));
  if (reading->options.mode == ParseMode::kDropMalformed) {
    return MakeError("PARSE_MODE_UNSUPPORTED",
                     {{"funcName", "`from_csv`"}, {"mode", "DROPMALFORMED"}});
  }
  ARROW_RETURN_NOT_OK(SplitColumns(reading.get()));
  function.return_type = reading->type;
  function.kernel = [reading = std::shared_ptr<const CsvReading>(std::move(reading))](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) { return ReadStructs(*reading, arguments[0], rows); };
  return function;
}

Result<BoundFunction> BindToCsv(const BindRequest& request) {
  const DataType type = request.type(0);
  if (type.id() != TypeId::kStruct && type.id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("STRUCT"));
  }
  ARROW_ASSIGN_OR_RAISE(Options options, OptionsArgument(request, 1));
  ARROW_ASSIGN_OR_RAISE(CsvWriteOptions write,
                        CsvWriteOptions::Make(options, request.settings.time_zone));
  BoundFunction function;
  for (int i = 0; i < request.size(); ++i) function.argument_types.push_back(request.type(i));
  function.return_type = TypeId::kString;
  function.nullable = true;
  function.sql = FirstArgumentOnly(request.name);
  function.kernel = [type, write](std::span<const ColumnVector> arguments, int64_t rows,
                                  EvaluationContext*) -> Result<ColumnVector> {
    if (type.id() == TypeId::kNull) return NullConstant(arrow::utf8());
    ARROW_ASSIGN_OR_RAISE(auto writer, CsvTextWriter::Make(write));
    const auto& structs = static_cast<const arrow::StructArray&>(*arguments[0].values);
    std::vector<std::shared_ptr<arrow::Array>> fields;
    std::vector<ColumnView> views;
    for (int i = 0; i < structs.num_fields(); ++i) {
      fields.push_back(structs.field(i));  // with the struct's offset
      ARROW_ASSIGN_OR_RAISE(ColumnView view,
                            ColumnView::Make(*fields.back()->data(), type.fields()[i].type));
      views.push_back(std::move(view));
    }
    std::string out;
    return BuildStrings(arguments.first(1), rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      out.clear();
      writer->AppendRow(views, arguments[0].constant ? 0 : row, &out);
      return builder->Append(out);
    });
  };
  return function;
}

Result<BoundFunction> BindSchemaOfCsv(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::string text, ExampleArgument(request, "csv"));
  ARROW_ASSIGN_OR_RAISE(Options options, OptionsArgument(request, 1));
  ARROW_ASSIGN_OR_RAISE(CsvReadOptions read,
                        CsvReadOptions::Make(options, request.settings.time_zone));
  CsvTokenizer tokenizer(read.dialect);
  ARROW_RETURN_NOT_OK(tokenizer.ParseLine(text).status());
  ARROW_ASSIGN_OR_RAISE(auto inference, CsvTypeInference::Make(read));
  std::vector<StructField> fields;
  for (const auto& token : tokenizer.tokens()) {
    DataType type = inference->Add(TypeId::kNull, token);
    if (type.id() == TypeId::kNull) type = TypeId::kString;
    fields.push_back({"_c" + std::to_string(fields.size()), std::move(type), true});
  }
  return ConstantText(request, DataType::Struct(std::move(fields)).Sql());
}

constexpr ScalarFunctionDefinition kCsvFunctions[] = {
    {"from_csv",
     2,
     3,
     {"`from_csv(csvStr, schema[, options])`: a line of CSV as a struct.", "3.0.0"},
     BindFromCsv},
    {"to_csv", 1, 2, {"`to_csv(expr[, options])`: a struct as a line of CSV.", "3.0.0"}, BindToCsv},
    {"schema_of_csv",
     1,
     2,
     {"`schema_of_csv(csv[, options])`: the type of a line of CSV.", "3.0.0"},
     BindSchemaOfCsv},
};

}  // namespace

std::span<const ScalarFunctionDefinition> CsvFunctions() { return kCsvFunctions; }

}  // namespace firesteel
