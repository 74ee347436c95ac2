#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "functions/regular_expression.h"

namespace firesteel {

/// Splits texts at the matches of a regular expression, as split() does. Keeps what it knows of the
/// last pattern. Not thread-safe.
class TextSplitter {
 public:
  TextSplitter(std::shared_ptr<RegularExpressionCache> cache, std::string_view function)
      : cache_(std::move(cache)), function_(function) {}

  /// Replaces `parts` by at most `limit` parts (any number when it is not positive), the last one
  /// with all the rest. Errors: the pattern is malformed or needs too many steps.
  Status Split(std::string_view text, std::string_view pattern, int32_t limit,
               std::vector<std::string_view>* parts);

 private:
  Status SetPattern(std::string_view pattern);
  Status SplitMatches(std::string_view text, int32_t limit, std::vector<std::string_view>* parts);

  std::shared_ptr<RegularExpressionCache> cache_;
  std::string_view function_;
  std::optional<std::string> pattern_;
  std::optional<std::string> plain_;  // the delimiter, when the pattern is plain text
  std::unique_ptr<RegularExpressionMatcher> matcher_;
};

}  // namespace firesteel
