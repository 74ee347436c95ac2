#include "formats/csv/csv_tokenizer.h"

#include <algorithm>

#include "fmt/format.h"

namespace firesteel {
namespace {

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && static_cast<uint8_t>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// Counts as Java does: characters beyond U+FFFF are two.
int64_t JavaLength(std::string_view text) {
  int64_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte & 0xC0) != 0x80) length += byte >= 0xF0 ? 2 : 1;
  }
  return length;
}

}  // namespace

std::string_view WithoutLineBreak(std::string_view text) {
  if (text.ends_with("\r\n")) {
    text.remove_suffix(2);
  } else if (text.ends_with('\n') || text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text;
}

CsvTokenizer::CsvTokenizer(const CsvDialect& dialect)
    : dialect_(dialect), separator_first_(dialect.separator[0]), scanner_(dialect) {
  const std::string& separator = dialect_.separator;
  if (separator.size() > 1) {
    // Spark compares a separator character by character and does not go back: one that can begin
    // within itself is sometimes missed. Blanks are its own matter, too.
    simple_separator_ = !dialect_.ignore_leading_blanks && !dialect_.ignore_trailing_blanks &&
                        (separator.find(separator_first_, 1) == separator.npos ||
                         separator.find_first_not_of(separator_first_) == separator.npos);
  }
  simple_quotes_ = separator.size() == 1 && dialect_.escape != '\0' && dialect_.quote != '\0';
}

bool CsvTokenizer::SeparatorAt(size_t position) const {
  return text_[position] == separator_first_ &&
         (dialect_.separator.size() == 1 ||
          text_.substr(position, dialect_.separator.size()) == dialect_.separator);
}

// Whether a value ends here: at a separator, a line break or the end of the text.
bool CsvTokenizer::EndsValue(size_t position) const {
  return position >= text_.size() || SeparatorAt(position) ||
         (breaks_lines_ && text_[position] == line_break_);
}

size_t CsvTokenizer::SkipBlanks(size_t position) const {
  while (position < text_.size() && static_cast<uint8_t>(text_[position]) <= ' ' &&
         !EndsValue(position) && text_[position] != dialect_.quote) {
    ++position;
  }
  return position;
}

Status CsvTokenizer::CheckLimits() const {
  if (static_cast<int64_t>(tokens_.size()) > dialect_.max_columns) {
    return Status::Invalid(fmt::format("A record has {} values, more than maxColumns, {}.",
                                       tokens_.size(), dialect_.max_columns));
  }
  if (dialect_.max_chars_per_column < 0) return Status::OK();
  for (const std::optional<std::string_view>& token : tokens_) {
    if (!token || static_cast<int64_t>(token->size()) <= dialect_.max_chars_per_column) continue;
    if (JavaLength(*token) > dialect_.max_chars_per_column) {
      return Status::Invalid(fmt::format("A value has more characters than maxCharsPerColumn, {}.",
                                         dialect_.max_chars_per_column));
    }
  }
  return Status::OK();
}

Result<bool> CsvTokenizer::ParseLine(std::string_view line) {
  tokens_.clear();
  text_ = line;
  position_ = 0;
  breaks_lines_ = false;
  if (line.empty()) return false;
  if (dialect_.comment != '\0' && line[0] == dialect_.comment) return false;
  if (simple_separator_ && line.find(dialect_.quote) == line.npos) {
    SplitPlain(line);
  } else {
    ARROW_RETURN_NOT_OK(ParseRecord());
  }
  ARROW_RETURN_NOT_OK(CheckLimits());
  return true;
}

// Cuts a line without quotes, the usual one.
void CsvTokenizer::SplitPlain(std::string_view line) {
  const std::string& separator = dialect_.separator;
  while (true) {
    const size_t end = separator.size() == 1 ? line.find(separator_first_) : line.find(separator);
    std::string_view value = line.substr(0, end);
    if (dialect_.ignore_leading_blanks) {
      while (!value.empty() && static_cast<uint8_t>(value[0]) <= ' ') value.remove_prefix(1);
    }
    PushPlain(value, end == line.npos);
    if (end == line.npos) return;
    line.remove_prefix(end + separator.size());
  }
}

// Adds a value without quotes. One of blanks is not there, but is empty at the end of the text.
void CsvTokenizer::PushPlain(std::string_view value, bool is_last) {
  const bool is_blank_end = is_last && !value.empty();
  if (dialect_.ignore_trailing_blanks) value = TrimEnd(value);
  if (value.empty()) value = is_blank_end ? dialect_.empty_value : dialect_.null_value;
  tokens_.emplace_back(value);
}

void CsvTokenizer::Start(std::string_view text, char line_break) {
  text_ = text;
  position_ = 0;
  breaks_lines_ = true;
  line_break_ = line_break;
}

Result<bool> CsvTokenizer::Next() {
  tokens_.clear();
  while (position_ < text_.size()) {
    if (text_[position_] == line_break_) {
      ++position_;
      continue;
    }
    if (dialect_.comment != '\0' && text_[position_] == dialect_.comment) {
      position_ = std::min(text_.find(line_break_, position_), text_.size());
      continue;
    }
    record_start_ = position_;
    const Status status = ParseRecord();
    if (!status.ok()) position_ = std::min(text_.find(line_break_, position_), text_.size());
    if (position_ < text_.size()) ++position_;
    ARROW_RETURN_NOT_OK(status);
    if (tokens_.empty()) continue;  // nothing but blanks, which do not count
    ARROW_RETURN_NOT_OK(CheckLimits());
    return true;
  }
  return false;
}

// Cuts values until the line or the text ends; stays at the line break.
Status CsvTokenizer::ParseRecord() {
  const size_t start = position_;
  if (simple_quotes_ && ParseSimpleRecord()) return Status::OK();
  tokens_.clear();
  const Status status =
      scanner_.Scan(text_, start, breaks_lines_ ? static_cast<uint8_t>(line_break_) : -1);
  position_ = scanner_.position();
  ARROW_RETURN_NOT_OK(status);
  if (scanner_.ended_at_break()) --position_;
  for (const std::optional<std::string>& token : scanner_.tokens()) tokens_.emplace_back(token);
  return Status::OK();
}

// Cuts a record whose quotes are around values, without anything odd; false where it is another.
bool CsvTokenizer::ParseSimpleRecord() {
  if (dialect_.ignore_leading_blanks) {
    position_ = SkipBlanks(position_);
    if (breaks_lines_ && position_ < text_.size() && text_[position_] == line_break_) return true;
  }
  while (true) {
    if (dialect_.ignore_leading_blanks) position_ = SkipBlanks(position_);
    if (position_ < text_.size() && text_[position_] == dialect_.quote && !EndsValue(position_)) {
      if (!ParseSimpleQuoted()) return false;
    } else {
      ParsePlain();
    }
    if (position_ >= text_.size() || !SeparatorAt(position_)) return true;
    ++position_;
  }
}

void CsvTokenizer::ParsePlain() {
  const size_t start = position_;
  while (!EndsValue(position_)) ++position_;
  PushPlain(text_.substr(start, position_ - start), position_ == text_.size());
}

// Cuts a value in quotes, without escapes or blanks behind it: a piece of the text.
bool CsvTokenizer::ParseSimpleQuoted() {
  const size_t start = position_ + 1;
  const char stops[] = {dialect_.quote, dialect_.escape,
                        dialect_.quote_escape_escape == '\0' ? dialect_.quote
                                                             : dialect_.quote_escape_escape};
  const size_t stop = text_.find_first_of(std::string_view(stops, 3), start);
  if (stop == text_.npos || text_[stop] != dialect_.quote || !EndsValue(stop + 1)) return false;
  if (stop == start) {
    tokens_.emplace_back(dialect_.empty_value);
  } else {
    tokens_.emplace_back(text_.substr(start, stop - start));
  }
  position_ = stop + 1;
  return true;
}

}  // namespace firesteel
