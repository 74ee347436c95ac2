#include "functions/like_pattern.h"

#include "common/error.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {
constexpr size_t kNone = std::string_view::npos;
}  // namespace

Result<LikePattern> LikePattern::Make(std::string_view pattern, char32_t escape) {
  LikePattern result;
  for (size_t i = 0; i < pattern.size();) {
    size_t start = i;
    char32_t character = DecodeCharacter(pattern, &i);
    Segment& segment = result.segments_.back();
    if (character == escape) {
      if (i >= pattern.size()) {
        return MakeError("INVALID_FORMAT.ESC_AT_THE_END",
                         {{"format", "'" + std::string(pattern) + "'"}});
      }
      start = i;
      character = DecodeCharacter(pattern, &i);
      if (character != U'_' && character != U'%' && character != escape) {
        return MakeError("INVALID_FORMAT.ESC_IN_THE_MIDDLE",
                         {{"format", "'" + std::string(pattern) + "'"},
                          {"char", "'" + std::string(pattern.substr(start, i - start)) + "'"}});
      }
    } else if (character == U'_') {
      segment.runs.emplace_back();
      continue;
    } else if (character == U'%') {
      // Two in a row mean the same as one.
      const bool repeated = result.segments_.size() > 1 && segment.IsLiteral() &&
                            segment.runs[0].empty();
      if (!repeated) result.segments_.emplace_back();
      continue;
    }
    segment.runs.back().append(pattern.substr(start, i - start));
  }
  return result;
}

size_t LikePattern::Segment::MatchAt(std::string_view text, size_t start) const {
  size_t i = start;
  for (size_t run = 0; run < runs.size(); ++run) {
    if (run > 0) {
      if (i >= text.size()) return kNone;
      i += CharacterBytes(text[i]);
      if (i > text.size()) i = text.size();
    }
    if (text.substr(i, runs[run].size()) != runs[run]) return kNone;
    i += runs[run].size();
  }
  return i;
}

bool LikePattern::Matches(std::string_view text) const {
  const Segment& first = segments_.front();
  size_t position = first.MatchAt(text, 0);
  if (position == kNone) return false;
  if (segments_.size() == 1) return position == text.size();
  for (size_t k = 1; k + 1 < segments_.size(); ++k) {
    const Segment& segment = segments_[k];
    if (segment.IsLiteral()) {
      const size_t found = text.find(segment.runs[0], position);
      if (found == kNone) return false;
      position = found + segment.runs[0].size();
      continue;
    }
    size_t end = kNone;
    while (end == kNone) {
      end = segment.MatchAt(text, position);
      if (end == kNone) {
        if (position >= text.size()) return false;
        position += CharacterBytes(text[position]);
      }
    }
    position = end;
  }
  const Segment& last = segments_.back();
  if (last.IsLiteral()) {
    return text.size() >= position + last.runs[0].size() && text.ends_with(last.runs[0]);
  }
  for (; position <= text.size(); position += CharacterBytes(text[position])) {
    if (last.MatchAt(text, position) == text.size()) return true;
    if (position == text.size()) break;
  }
  return false;
}

}  // namespace firesteel
