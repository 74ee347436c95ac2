#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "firesteel/error.h"

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;
struct pcre2_real_jit_stack_8;

namespace firesteel {

/// A regular expression in Java's dialect, compiled to machine code. Immutable, thread-safe; each
/// thread searches with a Matcher of its own.
class RegularExpression {
 public:
  /// Errors: INVALID_PARAMETER_VALUE.PATTERN, naming `function`.
  static Result<std::shared_ptr<const RegularExpression>> Make(std::string_view pattern,
                                                               std::string_view function);
  ~RegularExpression();
  RegularExpression(const RegularExpression&) = delete;
  RegularExpression& operator=(const RegularExpression&) = delete;

  int group_count() const { return group_count_; }
  /// The number of a named group, -1 when there is none.
  int GroupNumber(const std::string& name) const;
  const std::string& pattern() const { return pattern_; }

 private:
  friend class RegularExpressionMatcher;
  RegularExpression(std::string pattern, pcre2_real_code_8* code, int group_count)
      : pattern_(std::move(pattern)), code_(code), group_count_(group_count) {}
  std::string pattern_;
  pcre2_real_code_8* code_;
  int group_count_;
};

/// Searches text with an expression; remembers the last match. Not thread-safe.
class RegularExpressionMatcher {
 public:
  explicit RegularExpressionMatcher(std::shared_ptr<const RegularExpression> expression);
  ~RegularExpressionMatcher();
  RegularExpressionMatcher(const RegularExpressionMatcher&) = delete;
  RegularExpressionMatcher& operator=(const RegularExpressionMatcher&) = delete;

  const RegularExpression& expression() const { return *expression_; }

  /// Starts over with another text, which must outlive the search.
  void Reset(std::string_view text);
  /// Finds the next match behind the last one. Errors: the pattern needs too many steps.
  Result<bool> Find();
  /// Byte positions of a group of the last match; group 0 is the whole match. -1 when the group
  /// took no part.
  int64_t start(int group = 0) const;
  int64_t end(int group = 0) const;
  /// The text of a group, empty when it took no part.
  std::string_view Group(int group) const;

 private:
  std::shared_ptr<const RegularExpression> expression_;
  pcre2_real_match_data_8* match_ = nullptr;
  pcre2_real_match_context_8* context_ = nullptr;
  pcre2_real_jit_stack_8* stack_ = nullptr;
  std::string_view text_;
  size_t next_ = 0;
  bool done_ = false;
};

/// Remembers the last pattern compiled, since most calls use one pattern for all rows. Thread-safe.
class RegularExpressionCache {
 public:
  Result<std::shared_ptr<const RegularExpression>> Get(std::string_view pattern,
                                                       std::string_view function);

 private:
  std::mutex mutex_;
  std::shared_ptr<const RegularExpression> last_;  // guarded by mutex_
};

}  // namespace firesteel
