#include "formats/datetime_pattern.h"

#include <map>
#include <utility>

#include "common/error.h"

namespace firesteel {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether the formatter of old Spark versions (Java's SimpleDateFormat) took the pattern.
bool WasAccepted(std::string_view pattern) {
  bool quoted = false;
  size_t run = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    run = i > 0 && pattern[i - 1] == c ? run + 1 : 1;
    if (c == '\'') quoted = !quoted;
    if (quoted || !IsLetter(c)) continue;
    if (std::string_view("GyYMLwWDdFEuaHkKhmsSzZX").find(c) == std::string_view::npos) return false;
    if (c == 'X' && run > 3) return false;
  }
  return !quoted;
}

Status IllegalCharacter(std::string_view pattern, char c) {
  return MakeError("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER",
                   {{"c", std::string(1, c)}, {"pattern", std::string(pattern)}});
}

Status IllegalLength(std::string_view pattern) {
  return MakeError("INVALID_DATETIME_PATTERN.LENGTH", {{"pattern", std::string(pattern)}});
}

// The longest run of each letter that Java takes; 0 for letters it does not have.
int LongestRun(char letter) {
  switch (letter) {
    case 'y':
      return 10;
    case 'G':
    case 'M':
    case 'L':
    case 'E':
    case 'Q':
    case 'q':
    case 'z':
    case 'O':
      return 4;
    case 'd':
    case 'H':
    case 'h':
    case 'K':
    case 'k':
    case 'm':
    case 's':
    case 'V':
      return 2;
    case 'D':
      return 3;
    case 'S':
      return 9;
    case 'X':
    case 'x':
    case 'Z':
      return 5;
    case 'a':
    case 'F':
      return 1;
    default:
      return 0;
  }
}

// Whether a field is a number of exactly `count` digits.
bool IsFixedNumber(char letter, int count) {
  switch (letter) {
    case 'M':
    case 'L':
    case 'd':
    case 'H':
    case 'h':
    case 'K':
    case 'k':
    case 'm':
    case 's':
      return count == 2;
    case 'D':
      return count == 3;
    case 'y':
    case 'u':
      return count == 2;
    default:
      return false;
  }
}

bool IsNumber(char letter, int count) {
  switch (letter) {
    case 'M':
    case 'L':
      return count <= 2;
    case 'd':
    case 'H':
    case 'h':
    case 'K':
    case 'k':
    case 'm':
    case 's':
    case 'D':
    case 'y':
    case 'u':
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<DateTimePattern> DateTimePattern::Make(std::string_view pattern, Purpose purpose) {
  DateTimePattern compiled;
  compiled.purpose_ = purpose;
  Status status = CheckLetters(pattern, purpose);
  if (status.ok()) status = compiled.Compile(pattern);
  if (!status.ok() && WasAccepted(pattern)) {
    return MakeError("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
                     {{"pattern", "'" + std::string(pattern) + "'"},
                      {"config", "\"spark.sql.legacy.timeParserPolicy\""},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  ARROW_RETURN_NOT_OK(status);
  compiled.ReserveDigits();
  return compiled;
}

// Refuses the letters that Spark refuses although Java has them.
Status DateTimePattern::CheckLetters(std::string_view pattern, Purpose purpose) {
  const auto first_of = [pattern](std::string_view letters) {
    bool quoted = false;
    for (const char c : pattern) {
      if (c == '\'') quoted = !quoted;
      if (!quoted && letters.find(c) != letters.npos) return c;
    }
    return '\0';
  };
  if (const char c = first_of("YWwuec")) {
    return MakeError("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
                     {{"c", std::string(1, c)}});
  }
  if (const char c = first_of(purpose == Purpose::kParse ? "ABnNpEFqQ" : "ABnNp")) {
    return IllegalCharacter(pattern, c);
  }
  return Status::OK();
}

Status DateTimePattern::Compile(std::string_view pattern) {
  int open_options = 0;
  size_t i = 0;
  const auto append_text = [this](std::string_view text) {
    if (items_.empty() || items_.back().kind != Item::Kind::kText) items_.emplace_back();
    items_.back().text.append(text);
  };
  while (i < pattern.size()) {
    const char c = pattern[i];
    if (IsLetter(c)) {
      size_t end = i;
      while (end < pattern.size() && pattern[end] == c) ++end;
      const int count = static_cast<int>(end - i);
      const bool too_few = c == 'V' && count != 2;
      const bool odd_count = c == 'O' && count != 1 && count != 4;
      if (LongestRun(c) == 0) return IllegalCharacter(pattern, c);
      if (count > LongestRun(c) || too_few || odd_count) return IllegalLength(pattern);
      items_.push_back(Item{.kind = Item::Kind::kField, .letter = c, .count = count, .text = {}});
      i = end;
    } else if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        append_text("'");
        i += 2;
        continue;
      }
      ++i;
      while (true) {
        if (i >= pattern.size()) return IllegalCharacter(pattern, '\'');
        if (pattern[i] != '\'') {
          append_text(pattern.substr(i++, 1));
        } else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
          append_text("'");
          i += 2;
        } else {
          ++i;
          break;
        }
      }
    } else if (c == '[' || c == ']') {
      open_options += c == '[' ? 1 : -1;
      if (open_options < 0) return IllegalCharacter(pattern, c);
      items_.push_back(Item{.kind = c == '[' ? Item::Kind::kOptionBegin : Item::Kind::kOptionEnd,
                            .letter = 0,
                            .count = 0,
                            .text = {}});
      ++i;
    } else if (c == '#' || c == '{' || c == '}') {
      return IllegalCharacter(pattern, c);
    } else {
      append_text(pattern.substr(i++, 1));
    }
  }
  // An option that is not closed ends with the pattern.
  for (; open_options > 0; --open_options) {
    items_.push_back(Item{.kind = Item::Kind::kOptionEnd, .letter = 0, .count = 0, .text = {}});
  }
  bool has_era = false;
  for (const Item& item : items_) has_era |= item.letter == 'G';
  for (Item& item : items_) {
    if (item.letter == 'y' && !has_era) item.letter = 'u';
  }
  return Status::OK();
}

// Lets `yyyyMMdd` read 20240229: a number leaves the digits that the fixed ones behind it need.
void DateTimePattern::ReserveDigits() {
  int active = -1;
  for (int i = 0; i < static_cast<int>(items_.size()); ++i) {
    const Item& item = items_[i];
    if (item.kind != Item::Kind::kField || !IsNumber(item.letter, item.count)) {
      active = -1;
    } else if (active >= 0 && IsFixedNumber(item.letter, item.count)) {
      items_[active].reserved_digits += item.count;
    } else {
      active = i;
    }
  }
}

}  // namespace firesteel
