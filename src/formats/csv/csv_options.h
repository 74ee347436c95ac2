#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firesteel/connector/table.h"
#include "formats/json/json_read_options.h"
#include "formats/json/json_temporal_parser.h"

namespace firesteel {

/// What happens at a quote inside of a quoted value that neither ends it nor is escaped.
enum class UnescapedQuoteHandling {
  kStopAtClosingQuote,  ///< the value goes on to the next quote before a separator
  kBackToDelimiter,     ///< the value is read as if it had no quotes
  kStopAtDelimiter,     ///< the value goes on to the next separator
  kSkipValue,           ///< the value is NULL
  kRaiseError,          ///< the record is malformed
};

/// The characters that give CSV text its form. 0 stands for "none"; as quote it is the character 0,
/// which is as good.
struct CsvDialect {
  std::string separator = ",";
  char quote = '"';
  char escape = '\\';
  char quote_escape_escape = '\\';  ///< escapes the escape character
  char comment = '\0';
  bool ignore_leading_blanks = false;
  bool ignore_trailing_blanks = false;
  UnescapedQuoteHandling unescaped_quotes = UnescapedQuoteHandling::kStopAtDelimiter;
  int64_t max_columns = 20480;
  int64_t max_chars_per_column = -1;  ///< -1: no limit
  std::string null_value;             ///< stands for a value that is not there
  std::string empty_value;            ///< stands for a quoted value without characters
};

/// The options of CSV reads, checked; Spark's names, defaults and meanings.
struct CsvReadOptions {
  CsvDialect dialect;
  ParseMode mode = ParseMode::kPermissive;
  std::string corrupt_column = "_corrupt_record";
  bool header = false;
  bool infer_schema = false;
  bool enforce_schema = true;
  bool multi_line = false;
  bool prefer_date = true;
  bool column_pruning = true;
  double sampling_ratio = 1.0;
  std::string encoding = "UTF-8";
  std::string line_separator;  ///< empty: \n, \r\n and \r
  std::string nan_value = "NaN";
  std::string positive_infinity = "Inf";
  std::string negative_infinity = "-Inf";
  JsonReadOptions temporal;  ///< the formats, zone and locale of dates and times

  static Result<CsvReadOptions> Make(const Options& options, const std::string& session_time_zone);
};

/// The options of CSV writes, checked.
struct CsvWriteOptions {
  CsvDialect dialect;
  bool header = false;
  bool quote_all = false;
  bool escape_quotes = true;
  std::string encoding = "UTF-8";
  std::string line_separator = "\n";
  std::string time_zone = "UTC";
  std::optional<std::string> date_format;
  std::optional<std::string> timestamp_format;
  std::optional<std::string> timestamp_ntz_format;

  static Result<CsvWriteOptions> Make(const Options& options, const std::string& session_time_zone);
};

}  // namespace firesteel
