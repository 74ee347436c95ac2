#pragma once

#include <optional>
#include <string>

#include "firesteel/connector/table.h"
#include "formats/file_format.h"
#include "formats/json/json_syntax.h"

namespace firesteel {

/// What becomes of a row that cannot be read as the schema says.
enum class ParseMode {
  kPermissive,     ///< keeps it, with NULL where a value could not be read
  kDropMalformed,  ///< leaves it out
  kFailFast,       ///< fails the read
};

/// The options of JSON reads, checked. Spark's names, defaults and meanings.
struct JsonReadOptions {
  ParseMode mode = ParseMode::kPermissive;
  std::string corrupt_column = "_corrupt_record";
  bool multi_line = false;     ///< the whole file is one text
  std::string line_separator;  ///< empty: \n, \r\n and \r
  std::string encoding = "UTF-8";
  JsonSyntax syntax;
  std::string time_zone = "UTC";
  std::string locale = "en-US";
  std::optional<std::string> date_format;
  std::optional<std::string> timestamp_format;
  std::optional<std::string> timestamp_ntz_format;
  /// Whether a value that a pattern refuses is read in ISO form after all.
  std::optional<bool> datetime_fallback;
  // For the inference of schemas.
  bool primitives_as_string = false;
  bool prefers_decimal = false;
  bool drop_fields_if_all_null = false;
  bool infer_timestamp = false;
  double sampling_ratio = 1.0;

  static Result<JsonReadOptions> Make(const Options& options, const std::string& session_time_zone);
};

/// Checks a request for what no option tells: the type of the corrupt-record column, keys of maps.
Status CheckJsonSchema(const FileReadRequest& request, const JsonReadOptions& options);

}  // namespace firesteel
