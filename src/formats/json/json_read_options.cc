#include "formats/json/json_read_options.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "common/error.h"
#include "formats/record_columns.h"
#include "formats/text_encoding.h"

namespace firesteel {
namespace {

std::string UpperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// Falls back to PERMISSIVE for unknown names, as Spark does.
ParseMode ParseModeName(const std::string& name) {
  const std::string upper = UpperCase(name);
  if (upper == "DROPMALFORMED") return ParseMode::kDropMalformed;
  if (upper == "FAILFAST") return ParseMode::kFailFast;
  return ParseMode::kPermissive;
}

Status ReadSyntax(const Options& options, JsonSyntax* syntax) {
  struct Switch {
    const char* name;
    bool* value;
  };
  const Switch switches[] = {
      {"allowComments", &syntax->allow_comments},
      {"allowUnquotedFieldNames", &syntax->allow_unquoted_field_names},
      {"allowSingleQuotes", &syntax->allow_single_quotes},
      {"allowNumericLeadingZeros", &syntax->allow_numeric_leading_zeros},
      {"allowBackslashEscapingAnyCharacter", &syntax->allow_backslash_escaping_any_character},
      {"allowUnquotedControlChars", &syntax->allow_unquoted_control_characters},
      {"allowNonNumericNumbers", &syntax->allow_non_numeric_numbers},
  };
  for (const Switch& option : switches) {
    ARROW_ASSIGN_OR_RAISE(*option.value, options.GetBool(option.name, *option.value));
  }
  return Status::OK();
}

Status ReadInferenceOptions(const Options& options, JsonReadOptions* read) {
  ARROW_ASSIGN_OR_RAISE(read->primitives_as_string, options.GetBool("primitivesAsString", false));
  ARROW_ASSIGN_OR_RAISE(read->prefers_decimal, options.GetBool("prefersDecimal", false));
  ARROW_ASSIGN_OR_RAISE(read->drop_fields_if_all_null,
                        options.GetBool("dropFieldIfAllNull", false));
  ARROW_ASSIGN_OR_RAISE(read->infer_timestamp, options.GetBool("inferTimestamp", false));
  if (const std::optional<std::string> ratio = options.Get("samplingRatio")) {
    char* end = nullptr;
    read->sampling_ratio = std::strtod(ratio->c_str(), &end);
    if (end == ratio->c_str() || *end != '\0' || !(read->sampling_ratio > 0)) {
      return MakeError("INVALID_OPTION_VALUE", {{"option", "samplingRatio"},
                                                {"value", "'" + *ratio + "'"},
                                                {"reason", "it is no number above 0"}});
    }
  }
  return Status::OK();
}

Status CheckMapKeys(const DataType& type, const Schema& schema) {
  switch (type.id()) {
    case TypeId::kArray:
      return CheckMapKeys(type.element_type(), schema);
    case TypeId::kMap:
      if (type.key_type().id() != TypeId::kString) {
        return MakeError("INVALID_JSON_SCHEMA_MAP_TYPE",
                         {{"jsonSchema", "\"" + schema.AsStruct().Sql() + "\""}});
      }
      return CheckMapKeys(type.value_type(), schema);
    case TypeId::kStruct:
      for (const StructField& field : type.fields()) {
        ARROW_RETURN_NOT_OK(CheckMapKeys(field.type, schema));
      }
      return Status::OK();
    default:
      return Status::OK();
  }
}

bool HoldsCalendarInterval(const DataType& type) {
  switch (type.id()) {
    case TypeId::kCalendarInterval:
      return true;
    case TypeId::kArray:
      return HoldsCalendarInterval(type.element_type());
    case TypeId::kMap:
      return HoldsCalendarInterval(type.value_type());
    case TypeId::kStruct:
      return std::any_of(type.fields().begin(), type.fields().end(), [](const StructField& field) {
        return HoldsCalendarInterval(field.type);
      });
    default:
      return false;
  }
}

}  // namespace

Result<JsonReadOptions> JsonReadOptions::Make(const Options& options,
                                              const std::string& session_time_zone) {
  JsonReadOptions read;
  read.mode = ParseModeName(options.GetOr("mode", "PERMISSIVE"));
  read.corrupt_column = options.GetOr("columnNameOfCorruptRecord", read.corrupt_column);
  ARROW_ASSIGN_OR_RAISE(read.multi_line, options.GetBool("multiLine", false));
  if (const std::optional<std::string> separator = options.Get("lineSep")) {
    if (separator->empty()) {
      return MakeError("INVALID_OPTION_VALUE",
                       {{"option", "lineSep"}, {"value", "''"}, {"reason", "it is empty"}});
    }
    read.line_separator = *separator;
  }
  ARROW_ASSIGN_OR_RAISE(read.encoding, ReadEncodingOption(options, "JSONOptionsInRead"));
  ARROW_RETURN_NOT_OK(ReadSyntax(options, &read.syntax));
  ARROW_RETURN_NOT_OK(ReadInferenceOptions(options, &read));
  read.time_zone = options.GetOr("timeZone", session_time_zone);
  read.locale = options.GetOr("locale", read.locale);
  read.date_format = options.Get("dateFormat");
  read.timestamp_format = options.Get("timestampFormat");
  read.timestamp_ntz_format = options.Get("timestampNTZFormat");
  if (options.Get("enableDateTimeParsingFallback")) {
    ARROW_ASSIGN_OR_RAISE(read.datetime_fallback,
                          options.GetBool("enableDateTimeParsingFallback", false));
  }
  return read;
}

Status CheckJsonSchema(const FileReadRequest& request, const JsonReadOptions& options) {
  return CheckRecordSchemas(request, options.corrupt_column, [](const Schema& schema) -> Status {
    ARROW_RETURN_NOT_OK(CheckMapKeys(schema.AsStruct(), schema));
    for (const StructField& field : schema.fields()) {
      if (!HoldsCalendarInterval(field.type)) continue;
      return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                       {{"format", "JSON"},
                        {"columnName", "`" + field.name + "`"},
                        {"columnType", "\"" + field.type.Sql() + "\""}});
    }
    return Status::OK();
  });
}

}  // namespace firesteel
