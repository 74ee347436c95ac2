#include "functions/text_splitter.h"

#include "functions/utf8.h"

namespace firesteel {

namespace {

using Parts = std::vector<std::string_view>;

/// A delimiter without special characters is searched as plain text; gives that text.
std::optional<std::string> PlainDelimiter(std::string_view pattern) {
  if (pattern.size() == 2 && pattern[0] == '\\' &&
      std::string_view(".$|()[{^?*+\\-/,;: ").find(pattern[1]) != std::string_view::npos) {
    return std::string(pattern.substr(1));
  }
  if (pattern.empty() || pattern.find_first_of(".$|()[]{}^?*+\\") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(pattern);
}

void SplitPlain(std::string_view text, std::string_view delimiter, int32_t limit, Parts* parts) {
  size_t start = 0;
  for (int32_t count = 1; limit <= 0 || count < limit; ++count) {
    const size_t found = text.find(delimiter, start);
    if (found == std::string_view::npos) break;
    parts->push_back(text.substr(start, found - start));
    start = found + delimiter.size();
  }
  parts->push_back(text.substr(start));
}

/// Splits between all characters; the last part keeps what the limit leaves over.
void SplitCharacters(std::string_view text, int32_t limit, Parts* parts) {
  size_t start = 0;
  for (int32_t count = 1; limit <= 0 || count < limit; ++count) {
    const size_t end = start + CharacterBytes(text[start]);
    if (end >= text.size()) break;
    parts->push_back(text.substr(start, end - start));
    start = end;
  }
  parts->push_back(text.substr(start));
}

}  // namespace

Status TextSplitter::SetPattern(std::string_view pattern) {
  if (pattern_ && *pattern_ == pattern) return Status::OK();
  plain_ = PlainDelimiter(pattern);
  matcher_.reset();
  if (!plain_) {
    ARROW_ASSIGN_OR_RAISE(auto expression, cache_->Get(pattern, function_));
    matcher_ = std::make_unique<RegularExpressionMatcher>(std::move(expression));
  }
  pattern_ = pattern;
  return Status::OK();
}

Status TextSplitter::SplitMatches(std::string_view text, int32_t limit, Parts* parts) {
  matcher_->Reset(text);
  int64_t start = 0;
  for (int32_t count = 1; limit <= 0 || count < limit;) {
    ARROW_ASSIGN_OR_RAISE(bool found, matcher_->Find());
    if (!found) break;
    // An empty match at the very start splits nothing off.
    if (matcher_->end() == 0) continue;
    parts->push_back(text.substr(start, matcher_->start() - start));
    start = matcher_->end();
    ++count;
  }
  parts->push_back(text.substr(start));
  return Status::OK();
}

Status TextSplitter::Split(std::string_view text, std::string_view pattern, int32_t limit,
                           Parts* parts) {
  parts->clear();
  ARROW_RETURN_NOT_OK(SetPattern(pattern));
  if (plain_) {
    SplitPlain(text, *plain_, limit, parts);
  } else if (pattern.empty() && !text.empty()) {
    SplitCharacters(text, limit, parts);
  } else {
    return SplitMatches(text, limit, parts);
  }
  return Status::OK();
}

}  // namespace firesteel
