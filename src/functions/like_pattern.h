#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

/// A compiled LIKE pattern: `_` stands for one character, `%` for any number of them. Immutable.
class LikePattern {
 public:
  /// `escape` takes the next `_`, `%` or escape character literally. Errors:
  /// INVALID_FORMAT.ESC_AT_THE_END, INVALID_FORMAT.ESC_IN_THE_MIDDLE.
  static Result<LikePattern> Make(std::string_view pattern, char32_t escape);

  /// Whether the whole text matches.
  bool Matches(std::string_view text) const;

 private:
  /// What stands between two `%`: literal runs, with one character of any kind before each but the
  /// first.
  struct Segment {
    std::vector<std::string> runs{std::string()};
    bool IsLiteral() const { return runs.size() == 1; }
    /// The end of a match that starts at `start`; npos when there is none.
    size_t MatchAt(std::string_view text, size_t start) const;
  };
  std::vector<Segment> segments_{Segment()};
};

}  // namespace firesteel
