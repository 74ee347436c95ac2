#include "plan/identifier.h"

#include <algorithm>

namespace firesteel {

namespace {

char Fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string QuoteIdentifier(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += ".";
    text += QuoteIdentifier(part);
  }
  return text;
}

std::string QuoteIdentifier(std::string_view part) {
  std::string text = "`";
  for (char c : part) {
    if (c == '`') text += '`';
    text += c;
  }
  return text + "`";
}

std::string FoldCase(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(), Fold);
  return folded;
}

bool SameName(std::string_view a, std::string_view b, bool case_sensitive) {
  if (case_sensitive) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char left, char right) { return Fold(left) == Fold(right); });
}

}  // namespace firesteel
