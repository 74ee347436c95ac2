#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "formats/csv/csv_options.h"
#include "formats/csv/csv_tokenizer.h"
#include "formats/line_block_reader.h"

namespace firesteel {

/// Gives the records of a CSV file one after the other, cut into values: a line each, or, with
/// multi_line, whatever the quotes say; then the whole file is held in memory. Comments and lines
/// of blanks are left out. The header is a record like any other. Not thread-safe.
class CsvLineSource {
 public:
  static Result<std::unique_ptr<CsvLineSource>> Make(std::shared_ptr<arrow::io::InputStream> stream,
                                                     const CsvReadOptions& options);

  /// Moves to the next record; false at the end. Errors: the stream's, and those of CsvTokenizer.
  Result<bool> Next();
  /// As Next, without cutting the record into values, where each line is one.
  Result<bool> Skip();

  const std::vector<std::optional<std::string_view>>& tokens() const { return tokenizer_.tokens(); }
  /// The record's text as it is in the file, without a line break at its end; valid until the next
  /// call, as tokens() is.
  std::string_view record() const { return record_; }

 private:
  CsvLineSource(std::shared_ptr<arrow::io::InputStream> stream, const CsvReadOptions& options);
  Result<bool> NextLine();
  Status ReadWholeText();
  size_t OriginalPosition(size_t position);

  const CsvReadOptions options_;
  std::shared_ptr<arrow::io::InputStream> stream_;
  LineBlockReader blocks_;
  LineCutter lines_;
  CsvTokenizer tokenizer_;
  std::string_view record_;
  std::string text_;               // with multi_line; its line breaks are one character
  std::string original_text_;      // the same before, where that makes a difference
  std::vector<size_t> shortened_;  // where in text_ two characters became one
  size_t shortened_before_ = 0;    // of these, how many are before the last position asked for
  bool at_start_ = true;
  bool at_first_record_ = true;
};

}  // namespace firesteel
