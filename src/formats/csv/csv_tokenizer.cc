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

CsvTokenizer::CsvTokenizer(const CsvDialect& dialect)
    : dialect_(dialect), separator_first_(dialect.separator[0]) {}

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

bool CsvTokenizer::IsBlank(size_t position) const {
  return static_cast<uint8_t>(text_[position]) <= ' ' && !EndsValue(position);
}

size_t CsvTokenizer::SkipBlanks(size_t position) const {
  while (position < text_.size() && IsBlank(position)) ++position;
  return position;
}

size_t CsvTokenizer::FindValueEnd(size_t position) const {
  while (!EndsValue(position)) ++position;
  return position;
}

void CsvTokenizer::PushOwned(std::string_view value) {
  if (owned_count_ == owned_.size()) owned_.emplace_back();
  std::string& owned = owned_[owned_count_++];
  owned.assign(value);
  tokens_.emplace_back(owned);
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
  owned_count_ = 0;
  record_ = text_ = line;
  position_ = 0;
  breaks_lines_ = false;
  if (line.empty()) return false;
  if (dialect_.comment != '\0' && line[0] == dialect_.comment) return false;
  if (line.find(dialect_.quote) == line.npos) {
    ARROW_RETURN_NOT_OK(SplitPlain(line));
  } else {
    ARROW_RETURN_NOT_OK(ParseRecord());
  }
  ARROW_RETURN_NOT_OK(CheckLimits());
  return true;
}

// Cuts a line without quotes, the usual one.
Status CsvTokenizer::SplitPlain(std::string_view line) {
  const std::string& separator = dialect_.separator;
  while (true) {
    const size_t end = separator.size() == 1 ? line.find(separator_first_) : line.find(separator);
    std::string_view value = line.substr(0, end);
    if (dialect_.ignore_leading_blanks) {
      while (!value.empty() && static_cast<uint8_t>(value[0]) <= ' ') value.remove_prefix(1);
    }
    if (dialect_.ignore_trailing_blanks) value = TrimEnd(value);
    Push(value.empty() ? std::string_view(dialect_.null_value) : value);
    if (end == line.npos) return Status::OK();
    line.remove_prefix(end + separator.size());
  }
}

void CsvTokenizer::Start(std::string_view text, char line_break) {
  text_ = text;
  position_ = 0;
  breaks_lines_ = true;
  line_break_ = line_break;
}

Result<bool> CsvTokenizer::Next() {
  tokens_.clear();
  owned_count_ = 0;
  while (position_ < text_.size()) {
    if (text_[position_] == line_break_) {
      ++position_;
      continue;
    }
    if (dialect_.comment != '\0' && text_[position_] == dialect_.comment) {
      position_ = std::min(text_.find(line_break_, position_), text_.size());
      continue;
    }
    const size_t start = position_;
    const Status status = ParseRecord();
    if (!status.ok()) position_ = std::min(text_.find(line_break_, position_), text_.size());
    record_ = text_.substr(start, position_ - start);
    if (!record_.empty() && record_.back() == line_break_) record_.remove_suffix(1);
    if (position_ < text_.size()) ++position_;
    ARROW_RETURN_NOT_OK(status);
    ARROW_RETURN_NOT_OK(CheckLimits());
    return true;
  }
  return false;
}

// Cuts values until the line or the text ends; stays at the line break.
Status CsvTokenizer::ParseRecord() {
  while (true) {
    if (dialect_.ignore_leading_blanks) position_ = SkipBlanks(position_);
    if (position_ < text_.size() && text_[position_] == dialect_.quote && !EndsValue(position_)) {
      ARROW_RETURN_NOT_OK(ParseQuoted());
    } else {
      ParseUnquoted();
    }
    if (position_ >= text_.size() || !SeparatorAt(position_)) return Status::OK();
    position_ += dialect_.separator.size();
  }
}

void CsvTokenizer::ParseUnquoted() {
  const size_t end = FindValueEnd(position_);
  std::string_view value = text_.substr(position_, end - position_);
  if (dialect_.ignore_trailing_blanks) value = TrimEnd(value);
  Push(value.empty() ? std::string_view(dialect_.null_value) : value);
  position_ = end;
}

// Cuts a value that begins with a quote. One without escapes or odd quotes is a piece of the text.
Status CsvTokenizer::ParseQuoted() {
  const size_t start = position_ + 1;
  const char stops[] = {dialect_.quote, dialect_.escape == '\0' ? dialect_.quote : dialect_.escape,
                        dialect_.quote_escape_escape == '\0' ? dialect_.quote
                                                             : dialect_.quote_escape_escape};
  const size_t stop = text_.find_first_of(std::string_view(stops, 3), start);
  if (stop != text_.npos && text_[stop] == dialect_.quote) {
    const size_t end = SkipBlanks(stop + 1);
    if (EndsValue(end)) {
      Push(stop == start ? std::string_view(dialect_.empty_value)
                         : text_.substr(start, stop - start));
      position_ = end;
      return Status::OK();
    }
  }
  return ParseEscapedQuoted(start);
}

Status CsvTokenizer::ParseEscapedQuoted(size_t start) {
  const char quote = dialect_.quote;
  const char escape = dialect_.escape;
  const char escape_escape = dialect_.quote_escape_escape;
  value_.clear();
  position_ = start;
  QuotedState state = QuotedState::kContent;
  for (; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (state == QuotedState::kAfterEscape) {
      state = QuotedState::kContent;
      if (c == quote || (c == escape && escape_escape == escape)) {
        value_.push_back(c);
        continue;
      }
      value_.push_back(escape);
    }
    if (state == QuotedState::kAfterQuote) {
      if (EndsValue(SkipBlanks(position_))) break;
      if (c == quote) {
        value_.push_back(quote);
        if (escape == quote) state = QuotedState::kContent;
        continue;
      }
      bool ended = false;
      ARROW_RETURN_NOT_OK(HandleUnescapedQuote(&value_, &ended));
      if (ended) return Status::OK();
      state = QuotedState::kContent;
    }
    if (c == quote) {
      state = QuotedState::kAfterQuote;
    } else if (c == escape && escape != '\0') {
      state = QuotedState::kAfterEscape;
    } else if (c == escape_escape && escape_escape != '\0' && position_ + 1 < text_.size() &&
               text_[position_ + 1] == escape) {
      value_.push_back(escape);
      ++position_;
    } else {
      value_.push_back(c);
    }
  }
  if (position_ < text_.size()) position_ = SkipBlanks(position_);
  // A quote at the very end opens nothing.
  if (position_ == start && start == text_.size()) value_.push_back(quote);
  if (value_.empty()) {
    Push(dialect_.empty_value);
  } else {
    PushOwned(value_);
  }
  return Status::OK();
}

// Stands behind a quote that neither ends the value nor is escaped. `value` is
// what was read of it, without that quote. Sets `ended` where the value is done.
Status CsvTokenizer::HandleUnescapedQuote(std::string* value, bool* ended) {
  switch (dialect_.unescaped_quotes) {
    case UnescapedQuoteHandling::kStopAtClosingQuote:
      value->push_back(dialect_.quote);
      return Status::OK();
    case UnescapedQuoteHandling::kBackToDelimiter: {
      size_t begin = 0;
      size_t end;
      while ((end = value->find(dialect_.separator, begin)) != value->npos) {
        PushOwned(std::string_view(*value).substr(begin, end - begin));
        begin = end + dialect_.separator.size();
      }
      value->erase(0, begin);
      return Status::OK();
    }
    case UnescapedQuoteHandling::kStopAtDelimiter: {
      const size_t end = FindValueEnd(position_);
      std::string_view rest = text_.substr(position_, end - position_);
      if (dialect_.ignore_trailing_blanks) rest = TrimEnd(rest);
      value->insert(value->begin(), dialect_.quote);
      value->push_back(dialect_.quote);
      value->append(rest);
      PushOwned(*value);
      position_ = end;
      *ended = true;
      return Status::OK();
    }
    case UnescapedQuoteHandling::kSkipValue:
      tokens_.emplace_back(std::nullopt);
      position_ = FindValueEnd(position_);
      *ended = true;
      return Status::OK();
    case UnescapedQuoteHandling::kRaiseError:
      break;
  }
  return Status::Invalid("A quoted value holds a quote that is not escaped.");
}

}  // namespace firesteel
