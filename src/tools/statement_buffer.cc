#include "tools/statement_buffer.h"

#include <utility>

namespace firesteel {

std::vector<std::string> StatementBuffer::AddLine(std::string_view line) {
  std::vector<std::string> statements;
  for (size_t i = 0; i < line.size(); ++i) {
    ended_ = false;
    const size_t more = TakeByte(line, i);
    if (ended_) {
      const bool blank = std::exchange(blank_, true);
      std::string statement = std::exchange(text_, {});
      if (!blank) statements.push_back(std::move(statement));
      continue;
    }
    text_ += line.substr(i, more + 1);
    i += more;
  }
  if (state_ == State::kLineComment) state_ = State::kPlain;
  if (!text_.empty()) text_ += '\n';
  return statements;
}

std::string StatementBuffer::TakeRest() {
  state_ = State::kPlain;
  comment_depth_ = 0;
  blank_ = true;
  return std::exchange(text_, {});
}

size_t StatementBuffer::TakeByte(std::string_view line, size_t i) {
  const std::string_view rest = line.substr(i);
  switch (state_) {
    case State::kPlain:
      if (rest.starts_with("--")) {
        state_ = State::kLineComment;
        return 1;
      }
      if (rest.starts_with("/*")) {
        state_ = State::kBlockComment;
        comment_depth_ = 1;
        return 1;
      }
      TakePlainByte(line, i);
      return 0;
    case State::kQuoted:
      // A backslash takes the next byte with it, but not in a quoted name. A doubled quote ends the
      // text and begins it again, which comes to the same.
      if (rest[0] == '\\' && quote_ != '`' && rest.size() > 1) return 1;
      if (rest[0] == quote_) state_ = State::kPlain;
      return 0;
    case State::kLineComment:
      return rest.size() - 1;
    case State::kBlockComment:
      if (rest.starts_with("/*")) {
        ++comment_depth_;
        return 1;
      }
      if (!rest.starts_with("*/")) return 0;
      if (--comment_depth_ == 0) state_ = State::kPlain;
      return 1;
  }
  return 0;
}

void StatementBuffer::TakePlainByte(std::string_view line, size_t i) {
  const char c = line[i];
  if (c == ';') {
    ended_ = true;
    return;
  }
  if (c == '\'' || c == '"' || c == '`') {
    state_ = State::kQuoted;
    quote_ = c;
  }
  if (c != ' ' && c != '\t' && c != '\r') blank_ = false;
}

}  // namespace firesteel
