#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "formats/csv/csv_options.h"
#include "formats/csv/csv_record_scanner.h"

namespace firesteel {

/// Returns the text of a record as malformed ones are shown: without a line break at its end.
std::string_view WithoutLineBreak(std::string_view text);

/// Cuts CSV text into records and values, in the way of the parser that Spark uses, broken quotes
/// included. Not thread-safe.
class CsvTokenizer {
 public:
  explicit CsvTokenizer(const CsvDialect& dialect);

  /// Cuts one record, which is all of `line`: line breaks in it are ordinary characters. False when
  /// there is none in it (an empty line or a comment). Errors: a value too long, too many values,
  /// an unescaped quote that is not allowed; the tokens are then worthless.
  Result<bool> ParseLine(std::string_view line);

  /// Starts to read the records of a whole text, which must stay. Each ends at a `line_break`.
  void Start(std::string_view text, char line_break);
  /// Cuts the next record of the text, passing over empty lines and comments; false at the end. A
  /// line break inside of quotes belongs to its value. After an error the tokenizer stands behind
  /// the record.
  Result<bool> Next();

  /// The values of the last record, valid until the next call; null_value and empty_value have been
  /// put in. A value that was skipped is nullopt.
  const std::vector<std::optional<std::string_view>>& tokens() const { return tokens_; }
  /// Where in the whole text the last record starts, and where the next one does.
  size_t record_start() const { return record_start_; }
  size_t position() const { return position_; }

 private:
  bool SeparatorAt(size_t position) const;
  bool EndsValue(size_t position) const;
  size_t SkipBlanks(size_t position) const;
  void SplitPlain(std::string_view line);
  Status ParseRecord();
  bool ParseSimpleRecord();
  bool ParseSimpleQuoted();
  void ParsePlain();
  void PushPlain(std::string_view value, bool is_last);
  Status CheckLimits() const;

  const CsvDialect dialect_;
  const char separator_first_;
  bool simple_separator_ = true;  // it is where it is first found
  bool simple_quotes_ = true;     // quotes around a value mean what they seem to
  std::string_view text_;
  size_t position_ = 0;
  bool breaks_lines_ = false;
  char line_break_ = '\n';
  size_t record_start_ = 0;
  std::vector<std::optional<std::string_view>> tokens_;
  CsvRecordScanner scanner_;  // for records that are not so simple
};

}  // namespace firesteel
