#include "formats/csv/csv_options.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "common/error.h"
#include "formats/text_encoding.h"

namespace firesteel {
namespace {

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

Status BadDelimiter(const std::string& kind, const std::string& text) {
  return MakeError("INVALID_DELIMITER_VALUE." + kind, {{"str", text}});
}

// Reads the escape at `text[*i]`: \t, \\, \', \", \b, \f, \n, \r and \u0000.
Result<char> ReadEscape(const std::string& text, size_t* i) {
  if (*i + 1 == text.size()) return BadDelimiter("SINGLE_BACKSLASH", text);
  const char letter = text[++*i];
  constexpr std::string_view kLetters = "tbfnr\"'\\";
  constexpr std::string_view kMeanings = "\t\b\f\n\r\"'\\";
  const size_t found = kLetters.find(letter);
  if (found != kLetters.npos) return kMeanings[found];
  if (text.compare(*i, std::string::npos, "u0000") == 0) {
    *i += 4;
    return '\0';
  }
  return BadDelimiter("UNSUPPORTED_SPECIAL_CHARACTER", text.substr(*i - 1, 2));
}

Result<std::string> ReadSeparator(const Options& options) {
  const std::string text = options.GetOr("sep", options.GetOr("delimiter", ","));
  if (text.empty()) return BadDelimiter("EMPTY_STRING", text);
  std::string separator;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\') {
      ARROW_ASSIGN_OR_RAISE(c, ReadEscape(text, &i));
    }
    separator.push_back(c);
  }
  return separator;
}

// Reads an option of one character; empty stands for none.
Status ReadCharacter(const Options& options, const char* name, char* character) {
  const std::optional<std::string> text = options.Get(name);
  if (!text) return Status::OK();
  if (*text == "\\u0000") {
    *character = '\0';
    return Status::OK();
  }
  if (text->size() > 1) {
    return MakeError("OPTION_VALUE_EXCEEDS_ONE_CHARACTER",
                     {{"optionName", name}, {"optionValue", *text}});
  }
  *character = text->empty() ? '\0' : (*text)[0];
  return Status::OK();
}

UnescapedQuoteHandling ReadQuoteHandling(const std::string& name) {
  const std::string upper = Upper(name);
  if (upper == "STOP_AT_CLOSING_QUOTE") return UnescapedQuoteHandling::kStopAtClosingQuote;
  if (upper == "BACK_TO_DELIMITER") return UnescapedQuoteHandling::kBackToDelimiter;
  if (upper == "SKIP_VALUE") return UnescapedQuoteHandling::kSkipValue;
  if (upper == "RAISE_ERROR") return UnescapedQuoteHandling::kRaiseError;
  return UnescapedQuoteHandling::kStopAtDelimiter;
}

// Reads what reads and writes share. The whitespace options differ in their default.
Status ReadDialect(const Options& options, bool ignore_blanks, CsvDialect* dialect) {
  ARROW_ASSIGN_OR_RAISE(dialect->separator, ReadSeparator(options));
  ARROW_RETURN_NOT_OK(ReadCharacter(options, "quote", &dialect->quote));
  ARROW_RETURN_NOT_OK(ReadCharacter(options, "escape", &dialect->escape));
  ARROW_RETURN_NOT_OK(ReadCharacter(options, "comment", &dialect->comment));
  dialect->quote_escape_escape = dialect->escape == dialect->quote ? '\0' : dialect->escape;
  ARROW_RETURN_NOT_OK(
      ReadCharacter(options, "charToEscapeQuoteEscaping", &dialect->quote_escape_escape));
  ARROW_ASSIGN_OR_RAISE(dialect->ignore_leading_blanks,
                        options.GetBool("ignoreLeadingWhiteSpace", ignore_blanks));
  ARROW_ASSIGN_OR_RAISE(dialect->ignore_trailing_blanks,
                        options.GetBool("ignoreTrailingWhiteSpace", ignore_blanks));
  dialect->unescaped_quotes = ReadQuoteHandling(options.GetOr("unescapedQuoteHandling", ""));
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> columns, options.GetLong("maxColumns"));
  dialect->max_columns = columns.value_or(dialect->max_columns);
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> characters,
                        options.GetLong("maxCharsPerColumn"));
  dialect->max_chars_per_column = characters.value_or(dialect->max_chars_per_column);
  dialect->null_value = options.GetOr("nullValue", "");
  return Status::OK();
}

Status ReadLineSeparator(const Options& options, std::string* separator) {
  const std::optional<std::string> text = options.Get("lineSep");
  if (!text) return Status::OK();
  if (text->empty()) return MakeError("INVALID_LINE_SEPARATOR.EMPTY");
  if (text->size() > 2) {
    return MakeError("INVALID_LINE_SEPARATOR.TOO_LONG",
                     {{"length", std::to_string(text->size())}});
  }
  *separator = *text;
  return Status::OK();
}

Status ReadFlags(const Options& options, CsvReadOptions* read) {
  const std::pair<const char*, bool*> flags[] = {
      {"header", &read->header},          {"inferSchema", &read->infer_schema},
      {"multiLine", &read->multi_line},   {"enforceSchema", &read->enforce_schema},
      {"preferDate", &read->prefer_date}, {"columnPruning", &read->column_pruning},
  };
  for (const auto& [name, value] : flags) {
    ARROW_ASSIGN_OR_RAISE(*value, options.GetBool(name, *value));
  }
  return Status::OK();
}

}  // namespace

Result<CsvReadOptions> CsvReadOptions::Make(const Options& options,
                                            const std::string& session_time_zone) {
  CsvReadOptions read;
  ARROW_RETURN_NOT_OK(ReadDialect(options, /*ignore_blanks=*/false, &read.dialect));
  ARROW_RETURN_NOT_OK(ReadFlags(options, &read));
  ARROW_RETURN_NOT_OK(ReadLineSeparator(options, &read.line_separator));
  read.dialect.empty_value = options.GetOr("emptyValue", "");
  const std::string mode = Upper(options.GetOr("mode", "PERMISSIVE"));
  read.mode = mode == "DROPMALFORMED" ? ParseMode::kDropMalformed
              : mode == "FAILFAST"    ? ParseMode::kFailFast
                                      : ParseMode::kPermissive;
  read.corrupt_column = options.GetOr("columnNameOfCorruptRecord", read.corrupt_column);
  ARROW_ASSIGN_OR_RAISE(read.encoding, ReadEncodingOption(options, "CSVOptions"));
  read.nan_value = options.GetOr("nanValue", read.nan_value);
  read.positive_infinity = options.GetOr("positiveInf", read.positive_infinity);
  read.negative_infinity = options.GetOr("negativeInf", read.negative_infinity);
  if (const std::optional<std::string> ratio = options.Get("samplingRatio")) {
    char* end = nullptr;
    read.sampling_ratio = std::strtod(ratio->c_str(), &end);
    if (ratio->empty() || *end != '\0' || !(read.sampling_ratio > 0)) {
      return MakeError("INVALID_OPTION_VALUE",
                       {{"option", "samplingRatio"},
                        {"value", *ratio},
                        {"reason", "it is not above 0"}});
    }
  }
  read.temporal.time_zone = options.GetOr("timeZone", session_time_zone);
  read.temporal.locale = options.GetOr("locale", read.temporal.locale);
  read.temporal.date_format = options.Get("dateFormat");
  read.temporal.timestamp_format = options.Get("timestampFormat");
  read.temporal.timestamp_ntz_format = options.Get("timestampNTZFormat");
  if (options.Get("enableDateTimeParsingFallback")) {
    ARROW_ASSIGN_OR_RAISE(read.temporal.datetime_fallback,
                          options.GetBool("enableDateTimeParsingFallback", false));
  }
  return read;
}

Result<CsvWriteOptions> CsvWriteOptions::Make(const Options& options,
                                              const std::string& session_time_zone) {
  CsvWriteOptions write;
  // Guards a first value that a reader might take for a comment.
  write.dialect.comment = '#';
  ARROW_RETURN_NOT_OK(ReadDialect(options, /*ignore_blanks=*/true, &write.dialect));
  ARROW_RETURN_NOT_OK(ReadLineSeparator(options, &write.line_separator));
  write.dialect.empty_value = options.GetOr("emptyValue", "\"\"");
  ARROW_ASSIGN_OR_RAISE(write.header, options.GetBool("header", false));
  ARROW_ASSIGN_OR_RAISE(write.quote_all, options.GetBool("quoteAll", false));
  ARROW_ASSIGN_OR_RAISE(write.escape_quotes, options.GetBool("escapeQuotes", true));
  ARROW_ASSIGN_OR_RAISE(write.encoding, ReadEncodingOption(options, "CSVOptions"));
  write.time_zone = options.GetOr("timeZone", session_time_zone);
  write.date_format = options.Get("dateFormat");
  write.timestamp_format = options.Get("timestampFormat");
  write.timestamp_ntz_format = options.Get("timestampNTZFormat");
  return write;
}

}  // namespace firesteel
