#include "formats/csv/csv_record_scanner.h"

#include <utility>

namespace firesteel {
namespace {

int CharacterCode(char c) { return static_cast<uint8_t>(c); }

}  // namespace

CsvRecordScanner::CsvRecordScanner(const CsvDialect& dialect)
    : dialect_(dialect),
      quote_(CharacterCode(dialect.quote)),
      escape_(CharacterCode(dialect.escape)),
      escape_escape_(CharacterCode(dialect.quote_escape_escape)),
      separator_(dialect.separator.size() == 1 ? CharacterCode(dialect.separator[0]) : 0),
      until_delimiter_(dialect.unescaped_quotes == UnescapedQuoteHandling::kStopAtDelimiter ||
                       dialect.unescaped_quotes == UnescapedQuoteHandling::kBackToDelimiter ||
                       dialect.unescaped_quotes == UnescapedQuoteHandling::kSkipValue) {}

Status CsvRecordScanner::Scan(std::string_view text, size_t position, int line_break) {
  text_ = text;
  position_ = position;
  line_break_ = line_break;
  previous_ = 0;
  matched_ = 0;
  unescaped_ = trims_ = skipped_ = false;
  value_.clear();
  searched_ = 0;
  tokens_.clear();
  status_ = Status::OK();
  Advance();
  const bool whole = dialect_.separator.size() == 1 ? ScanRecord() : ScanLongSeparatorRecord();
  if (status_.ok() && !whole) Finish();
  return status_;
}

bool CsvRecordScanner::Advance() {
  if (position_ >= text_.size()) return false;
  current_ = CharacterCode(text_[position_++]);
  return true;
}

// Adds the current character, all bytes of it.
void CsvRecordScanner::AppendCurrent() {
  Append(current_);
  while (current_ >= 0xC0 && position_ < text_.size() &&
         (CharacterCode(text_[position_]) & 0xC0) == 0x80) {
    value_.push_back(text_[position_++]);
  }
}

// Ends the value that is being put together.
void CsvRecordScanner::PushValue() {
  if (trims_) {
    while (!value_.empty() && IsBlank(CharacterCode(value_.back()))) value_.pop_back();
  }
  if (std::exchange(skipped_, false)) {
    tokens_.emplace_back(std::nullopt);
  } else if (value_.empty()) {
    tokens_.emplace_back(dialect_.empty_value);
  } else {
    tokens_.emplace_back(value_);
  }
  value_.clear();
  searched_ = 0;
}

// Deals with the text's end in the middle of a record: is there a value yet?
void CsvRecordScanner::Finish() {
  bool takes_value = false;
  if (current_ == quote_ && previous_ == quote_) {
    takes_value = true;
  } else {
    if (current_ == quote_ && !unescaped_) Append(quote_);
    takes_value = previous_ != 0 && current_ != separator_ && current_ != line_break_;
    if (matched_ > 0) {
      SaveMatched();
      takes_value = true;
    }
  }
  if (takes_value || !value_.empty()) {
    PushValue();
  } else {
    PushNothing();
  }
  current_ = -2;  // neither a line break nor a character
}

bool CsvRecordScanner::Refuse() {
  status_ = Status::Invalid("A quoted value holds a quote that is not escaped.");
  return false;
}

bool CsvRecordScanner::SkipBlanks() {
  while (IsBlank(current_) && current_ != separator_ && current_ != line_break_ &&
         current_ != quote_) {
    if (!Advance()) return false;
  }
  return true;
}

bool CsvRecordScanner::ScanRecord() {
  if (dialect_.ignore_leading_blanks && !SkipBlanks()) return false;
  while (current_ != line_break_) {
    if (dialect_.ignore_leading_blanks && !SkipBlanks()) return false;
    if (AtEnd(current_)) {
      PushNothing();
    } else {
      unescaped_ = false;
      previous_ = 0;
      if (current_ != quote_) {
        if (!TakePlainValue()) return false;
      } else if (!(value_.empty() && TakeCleanValue())) {
        trims_ = false;
        if (!TakeQuotedValue()) return false;
        const bool taken_back = unescaped_ && value_.empty() && !skipped_ &&
                                dialect_.unescaped_quotes ==
                                    UnescapedQuoteHandling::kBackToDelimiter;
        if (!taken_back) PushValue();
      }
    }
    if (current_ == line_break_) break;
    if (!Advance()) {
      // A separator at the end has an empty value behind it.
      return false;
    }
    if (current_ == line_break_) PushNothing();
  }
  return true;
}

// Takes "…" as it stands, where nothing is odd about it; stays where it is otherwise.
bool CsvRecordScanner::TakeCleanValue() {
  for (size_t i = position_; i + 1 < text_.size(); ++i) {
    const int c = CharacterCode(text_[i]);
    const int next = CharacterCode(text_[i + 1]);
    if (c == quote_) {
      if (CharacterCode(text_[i - 1]) == escape_ || !AtEnd(next)) return false;
      const std::string_view value = text_.substr(position_, i - position_);
      tokens_.emplace_back(value.empty() ? dialect_.empty_value : value);
      position_ = i + 1;
      return Advance();
    }
    if (c == escape_ && (next == quote_ || next == escape_escape_)) return false;
  }
  return false;
}

// Takes the characters up to a separator. Those at the end of the text leave current_ behind.
bool CsvRecordScanner::TakePlainValue() {
  size_t end = position_ - 1;
  while (end < text_.size() && !AtEnd(CharacterCode(text_[end]))) ++end;
  std::string_view value = text_.substr(position_ - 1, end - (position_ - 1));
  trims_ = dialect_.ignore_trailing_blanks;
  if (end == text_.size()) {
    value_.append(value);
    position_ = end;
    return false;
  }
  position_ = end;
  Advance();
  if (!value_.empty()) {
    value_.append(value);
    PushValue();
    return true;
  }
  if (trims_) {
    while (!value.empty() && IsBlank(CharacterCode(value.back()))) value.remove_suffix(1);
  }
  tokens_.emplace_back(value.empty() ? dialect_.null_value : value);
  return true;
}

bool CsvRecordScanner::AppendUntil(int stop1, int stop2, int stop3) {
  size_t at = position_ - 1;
  while (at < text_.size()) {
    const int c = CharacterCode(text_[at]);
    if (c == stop1 || c == stop2 || c == stop3) break;
    ++at;
  }
  value_.append(text_.substr(position_ - 1, at - (position_ - 1)));
  position_ = at;
  return Advance();
}

bool CsvRecordScanner::SkipValue() {
  skipped_ = true;
  if (dialect_.separator.size() == 1) {
    const bool found = AppendUntil(separator_, line_break_, -1);
    value_.clear();
    return found;
  }
  value_.clear();
  bool matched = false;
  while (current_ != line_break_) {
    if (!MatchSeparator(/*save=*/false, &matched)) return false;
    if (matched) return true;
    if (std::exchange(matched_, 0) == 0 && !Advance()) return false;
  }
  return true;
}

// Goes on behind an unescaped quote, up to the end of the value.
bool CsvRecordScanner::TakeUntilValueEnds() {
  value_.insert(value_.begin(), dialect_.quote);
  if (!Advance()) return false;
  trims_ = dialect_.ignore_trailing_blanks;
  return AppendUntil(separator_, line_break_, -1);
}

bool CsvRecordScanner::TakeQuotedValue() {
  bool goes_on = true;
  while (goes_on) {
    goes_on = false;
    if (previous_ != 0 && until_delimiter_) {
      if (dialect_.unescaped_quotes == UnescapedQuoteHandling::kSkipValue) return SkipValue();
      return TakeUntilValueEnds();
    }
    if (!Advance()) return false;
    while (true) {
      if (previous_ == quote_ && (IsBlank(current_) || AtEnd(current_))) {
        if (!TakeBlanksAfterQuote(&goes_on)) return false;
        break;
      }
      if (current_ != quote_ && current_ != escape_) {
        if (previous_ == quote_) {
          if (!ContinueUnescaped(&goes_on)) return false;
          break;
        }
        if (previous_ == escape_ && escape_ != 0) Append(escape_);
        if (!AppendUntil(quote_, escape_, escape_escape_)) return false;
        previous_ = current_;
        if (!Advance()) return false;
      } else {
        if (!HandleEscapeOrQuote()) return false;
        previous_ = current_;
        if (!Advance()) return false;
        if (unescaped_ && AtEnd(current_)) return true;
      }
    }
  }
  return true;
}

// Passes over the blanks between a closing quote and what ends the value. Where something else
// comes, the quote was none that closes: `goes_on` is set.
bool CsvRecordScanner::TakeBlanksAfterQuote(bool* goes_on) {
  if (AtEnd(current_) || !IsBlank(current_)) return true;
  blanks_.clear();
  do {
    blanks_.push_back(static_cast<char>(current_));
    if (!Advance()) return false;
    if (current_ == line_break_) return true;
  } while (IsBlank(current_) && current_ != separator_);
  if (current_ == separator_) return true;
  if (dialect_.unescaped_quotes == UnescapedQuoteHandling::kRaiseError) return Refuse();
  Append(quote_);
  value_ += blanks_;
  if (until_delimiter_ || (current_ != quote_ && current_ != escape_)) AppendCurrent();
  previous_ = current_;
  *goes_on = true;
  return true;
}

// Deals with the character behind a quote that neither ends the value nor is escaped.
bool CsvRecordScanner::ContinueUnescaped(bool* goes_on) {
  unescaped_ = true;
  switch (dialect_.unescaped_quotes) {
    case UnescapedQuoteHandling::kBackToDelimiter:
      SplitAtSeparators();
      AppendCurrent();
      previous_ = 0;
      *goes_on = true;
      return true;
    case UnescapedQuoteHandling::kStopAtClosingQuote:
    case UnescapedQuoteHandling::kStopAtDelimiter:
      Append(quote_);
      AppendCurrent();
      previous_ = current_;
      *goes_on = true;
      return true;
    case UnescapedQuoteHandling::kSkipValue:
      return SkipValue();
    case UnescapedQuoteHandling::kRaiseError:
      break;
  }
  return Refuse();
}

// Makes values of what was read of one, as if it had no quotes.
void CsvRecordScanner::SplitAtSeparators() {
  const size_t size = dialect_.separator.size();
  size_t begin = 0;
  size_t from = searched_ < size ? 0 : searched_ - size + 1;
  size_t end;
  while ((end = value_.find(dialect_.separator, from)) != value_.npos) {
    tokens_.emplace_back(value_.substr(begin, end - begin));
    begin = from = end + size;
  }
  value_.erase(0, begin);
  searched_ = value_.size();
}

// Deals with a quote or an escape character inside of a quoted value. One that was dealt with
// leaves 0 as the current character, so that it is no one's previous one.
bool CsvRecordScanner::HandleEscapeOrQuote() {
  if (current_ == escape_ && previous_ == escape_escape_ && escape_escape_ != 0) {
    Append(escape_);
    current_ = 0;
  } else if (previous_ == escape_) {
    if (current_ == quote_) {
      Append(quote_);
      current_ = 0;
    } else {
      Append(previous_);
    }
  } else if (previous_ == quote_) {
    if (current_ == quote_) {
      Append(quote_);
    } else {
      return TakeAfterEscapeInValue();
    }
  }
  return true;
}

// Goes on behind a closing quote that an escape character follows: up to a separator; one more for
// each time that this happens again on the way.
bool CsvRecordScanner::TakeAfterEscapeInValue() {
  const UnescapedQuoteHandling handling = dialect_.unescaped_quotes;
  if (handling == UnescapedQuoteHandling::kRaiseError) return Refuse();
  if (handling == UnescapedQuoteHandling::kSkipValue) return SkipValue();
  Append(quote_);
  previous_ = current_;
  size_t pending = 0;
  while (true) {
    if (AtEnd(current_)) {
      if (pending == 0) return true;
      --pending;
    } else if (current_ != quote_ && current_ != escape_) {
      if (previous_ == quote_) {
        Append(quote_);
        previous_ = current_;
        continue;
      }
      Append(current_);
    } else if (previous_ == quote_ && current_ == escape_ && current_ != quote_ &&
               escape_escape_ != quote_) {
      Append(quote_);
      previous_ = current_;
      ++pending;
      continue;
    } else if (!HandleEscapeOrQuote()) {
      return false;
    }
    previous_ = current_;
    if (!Advance()) return false;
  }
}

void CsvRecordScanner::SaveMatched() {
  if (matched_ < dialect_.separator.size()) value_.append(dialect_.separator, 0, matched_);
  matched_ = 0;
}

// Holds what comes against a separator of several characters; sets `matched`, with its last
// character as the current one. What fitted only at first belongs to the value where `save` says
// so.
bool CsvRecordScanner::MatchSeparator(bool save, bool* matched) {
  *matched = false;
  while (current_ == CharacterCode(dialect_.separator[matched_])) {
    if (++matched_ == dialect_.separator.size()) break;
    if (!Advance()) return false;
  }
  if (matched_ == dialect_.separator.size()) {
    matched_ = 0;
    *matched = true;
  } else if (save && matched_ > 0) {
    SaveMatched();
  }
  return true;
}

bool CsvRecordScanner::SkipBlanksBeforeLongSeparator() {
  while (IsBlank(current_) && current_ != line_break_ && current_ != quote_) {
    if (!Advance()) return false;
    if (current_ != CharacterCode(dialect_.separator[0])) continue;
    bool matched = false;
    if (!MatchSeparator(/*save=*/true, &matched)) return false;
    if (matched) {
      PushNothing();
      if (!Advance()) return false;
    }
  }
  return true;
}

bool CsvRecordScanner::ScanLongSeparatorRecord() {
  while (current_ != line_break_) {
    if (dialect_.ignore_leading_blanks && !SkipBlanksBeforeLongSeparator()) return false;
    bool matched = current_ == line_break_;
    if (!matched && !MatchSeparator(/*save=*/true, &matched)) return false;
    if (matched) {
      PushNothing();
    } else {
      unescaped_ = false;
      previous_ = 0;
      if (current_ == quote_ && value_.empty()) {
        trims_ = false;
        if (!TakeQuotedOfLongSeparator()) return false;
        const bool taken_back = unescaped_ && value_.empty() && !skipped_ &&
                                dialect_.unescaped_quotes ==
                                    UnescapedQuoteHandling::kBackToDelimiter;
        if (!taken_back) PushValue();
      } else {
        if (!TakePlainUntilLongSeparator()) return false;
        trims_ = dialect_.ignore_trailing_blanks;
        PushValue();
        trims_ = false;
      }
    }
    if (current_ == line_break_) break;
    if (!Advance()) return false;
    if (current_ == line_break_) PushNothing();
  }
  return true;
}

bool CsvRecordScanner::TakePlainUntilLongSeparator() {
  while (matched_ < dialect_.separator.size() && current_ != line_break_) {
    if (CharacterCode(dialect_.separator[matched_]) == current_) {
      if (++matched_ == dialect_.separator.size()) break;
    } else if (matched_ > 0) {
      SaveMatched();
      continue;
    } else {
      Append(current_);
    }
    if (!Advance()) return false;
  }
  SaveMatched();
  return true;
}

bool CsvRecordScanner::TakeQuotedOfLongSeparator() {
  bool goes_on = true;
  while (goes_on) {
    goes_on = false;
    if (previous_ != 0 && until_delimiter_) {
      if (dialect_.unescaped_quotes == UnescapedQuoteHandling::kSkipValue) return SkipValue();
      value_.insert(value_.begin(), dialect_.quote);
      if (!Advance()) return false;
      trims_ = dialect_.ignore_trailing_blanks;
      return TakePlainUntilLongSeparator();
    }
    if (!Advance()) return false;
    bool ended = false;
    if (!TakeContentOfLongSeparator(&ended, &goes_on)) return false;
    if (ended) return true;
  }
  return TakeBlanksBeforeLongSeparator();
}

// Takes what stands between quotes, up to a quote that blanks or a line break follow; `ended` is
// set where the value is done, `goes_on` behind an unescaped quote.
bool CsvRecordScanner::TakeContentOfLongSeparator(bool* ended, bool* goes_on) {
  while (!(previous_ == quote_ && (IsBlank(current_) || current_ == line_break_))) {
    if (previous_ == quote_) {
      if (!MatchSeparator(/*save=*/true, ended)) return false;
      if (*ended) return true;
    }
    if (current_ != quote_ && current_ != escape_) {
      if (previous_ == quote_) {
        if (!ContinueUnescaped(goes_on)) return false;
        *ended = !*goes_on;
        return true;
      }
      if (previous_ == escape_ && escape_ != 0) Append(escape_);
      if (!AppendUntil(quote_, escape_, escape_escape_)) return false;
    } else if (!HandleEscapeOrQuote()) {
      return false;
    }
    previous_ = current_;
    if (!Advance()) return false;
    if (unescaped_ && current_ == line_break_) {
      *ended = true;
      return true;
    }
  }
  return true;
}

bool CsvRecordScanner::TakeBlanksBeforeLongSeparator() {
  bool matched = false;
  blanks_.clear();
  while (IsBlank(current_) && current_ != line_break_) {
    if (!MatchSeparator(/*save=*/false, &matched)) return false;
    if (matched) return true;
    blanks_.push_back(static_cast<char>(current_));
    if (!Advance()) return false;
    if (current_ == line_break_) return true;
    if (!MatchSeparator(/*save=*/false, &matched)) return false;
    if (matched) return true;
  }
  if (current_ == line_break_) return true;
  if (dialect_.unescaped_quotes == UnescapedQuoteHandling::kRaiseError) return Refuse();
  Append(quote_);
  value_ += blanks_;
  if (until_delimiter_ || (current_ != quote_ && current_ != escape_)) AppendCurrent();
  previous_ = current_;
  return TakeQuotedValue();
}

}  // namespace firesteel
