#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "formats/csv/csv_options.h"

namespace firesteel {

/// Cuts one record into values, character by character. This is the slow way, for records with
/// quotes that are not simply around a value: what such a record means is decided by the parser
/// that Spark uses, whose state (the current and the previous character, what a value holds so far,
/// what is left over at the end of the text) is followed here step by step, oddities included:
///
///   value     = blanks (clean | quoted | plain)
///   clean     : "…" with neither escapes nor quotes in it, and a separator right behind it
///   quoted    : "…" until a quote with a separator behind it; another quote is "unescaped", and
///               UnescapedQuoteHandling tells how the value goes on
///   plain     : until the next separator
///
/// A separator of several characters has ways of its own; an unescaped quote before blanks takes the
/// rest of the record with it then. Not thread-safe.
class CsvRecordScanner {
 public:
  explicit CsvRecordScanner(const CsvDialect& dialect);

  /// Cuts the record that starts at `position` of `text`, which is not its end. `line_break` ends a
  /// record outside of quotes; -1: nothing does. No tokens: the record is empty. Errors: an
  /// unescaped quote where it is not allowed; position() is then somewhere in the record.
  Status Scan(std::string_view text, size_t position, int line_break);

  /// The values of the record; null_value and empty_value have been put in, nullopt was skipped.
  const std::vector<std::optional<std::string>>& tokens() const { return tokens_; }
  /// Where the next record starts.
  size_t position() const { return position_; }
  /// Whether the record ended at a line break, rather than with the text.
  bool ended_at_break() const { return current_ == line_break_; }

 private:
  // The functions below that return bool give false where the text ended on the way, and current_
  // is then as it was last set: Finish decides by it. They stop early where status_ is an error.
  bool Advance();
  bool IsBlank(int c) const { return c >= 0 && c <= ' '; }
  bool AtEnd(int c) const { return c == separator_ || c == line_break_; }

  bool ScanRecord();
  bool ScanLongSeparatorRecord();
  bool SkipBlanks();
  bool SkipBlanksBeforeLongSeparator();
  bool TakeCleanValue();
  bool TakePlainValue();
  bool TakePlainUntilLongSeparator();
  bool TakeQuotedValue();
  bool TakeQuotedOfLongSeparator();
  bool TakeContentOfLongSeparator(bool* ended, bool* goes_on);
  bool TakeBlanksBeforeLongSeparator();
  bool TakeBlanksAfterQuote(bool* goes_on);
  bool TakeUntilValueEnds();
  bool ContinueUnescaped(bool* goes_on);
  bool SkipValue();
  bool HandleEscapeOrQuote();
  bool TakeAfterEscapeInValue();
  bool AppendUntil(int stop1, int stop2, int stop3);
  bool MatchSeparator(bool save, bool* matched);
  void SaveMatched();
  void SplitAtSeparators();
  void Finish();

  void Append(int c) { value_.push_back(static_cast<char>(c)); }
  void AppendCurrent();
  void PushValue();
  void PushNothing() { tokens_.emplace_back(dialect_.null_value); }
  bool Refuse();

  const CsvDialect dialect_;
  const int quote_;
  const int escape_;
  const int escape_escape_;
  const int separator_;  // 0 where it has several characters
  const bool until_delimiter_;
  std::string_view text_;
  size_t position_ = 0;
  int line_break_ = -1;
  int current_ = 0;
  int previous_ = 0;  // 0: none
  bool unescaped_ = false;
  bool trims_ = false;
  bool skipped_ = false;
  size_t matched_ = 0;  // characters of a long separator
  std::string value_;   // so far
  size_t searched_ = 0;  // characters of it without a separator in them
  std::string blanks_;   // after a closing quote
  std::vector<std::optional<std::string>> tokens_;
  Status status_;
};

}  // namespace firesteel
