#include "connectors/file/input_listing.h"

namespace firesteel {
namespace {

/// Finds the end of the `[…]` or `{…}` that starts at `start`; npos when it is not closed.
size_t FindClose(std::string_view glob, size_t start, char open, char close) {
  int depth = 0;
  for (size_t i = start; i < glob.size(); ++i) {
    if (glob[i] == '\\') {
      ++i;
    } else if (glob[i] == open) {
      ++depth;
    } else if (glob[i] == close && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// Whether `c` is in the class between the brackets.
bool InClass(std::string_view members, char c) {
  bool negated = false;
  if (!members.empty() && (members[0] == '^' || members[0] == '!')) {
    negated = true;
    members.remove_prefix(1);
  }
  bool found = false;
  for (size_t i = 0; i < members.size(); ++i) {
    if (i + 2 < members.size() && members[i + 1] == '-') {
      found |= members[i] <= c && c <= members[i + 2];
      i += 2;
    } else {
      found |= members[i] == c;
    }
  }
  return found != negated;
}

/// Tries each alternative of the `{a,b}` at the start of `glob`, followed by the rest.
bool MatchesAlternatives(std::string_view glob, size_t close, std::string_view name) {
  const std::string_view inside = glob.substr(1, close - 1);
  size_t start = 0;
  int depth = 0;
  for (size_t i = 0; i <= inside.size(); ++i) {
    if (i < inside.size() && inside[i] == '{') ++depth;
    if (i < inside.size() && inside[i] == '}') --depth;
    if (i == inside.size() || (inside[i] == ',' && depth == 0)) {
      const std::string candidate =
          std::string(inside.substr(start, i - start)) + std::string(glob.substr(close + 1));
      if (MatchesGlob(candidate, name)) return true;
      start = i + 1;
    }
  }
  return false;
}

}  // namespace

bool MatchesGlob(std::string_view glob, std::string_view name) {
  while (!glob.empty()) {
    const char c = glob[0];
    if (c == '*') {
      while (!glob.empty() && glob[0] == '*') glob.remove_prefix(1);
      if (glob.empty()) return true;
      for (size_t i = 0; i <= name.size(); ++i) {
        if (MatchesGlob(glob, name.substr(i))) return true;
      }
      return false;
    }
    if (c == '{') {
      const size_t close = FindClose(glob, 0, '{', '}');
      if (close != std::string_view::npos) return MatchesAlternatives(glob, close, name);
    }
    if (name.empty()) return false;
    if (c == '[') {
      const size_t close = glob.find(']', 1);
      if (close != std::string_view::npos) {
        if (!InClass(glob.substr(1, close - 1), name[0])) return false;
        glob.remove_prefix(close + 1);
        name.remove_prefix(1);
        continue;
      }
    }
    if (c == '\\' && glob.size() > 1) glob.remove_prefix(1);
    if (c != '?' && glob[0] != name[0]) return false;
    glob.remove_prefix(1);
    name.remove_prefix(1);
  }
  return name.empty();
}

}  // namespace firesteel
