#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firesteel/error.h"

struct pcre2_real_code_8;

namespace firesteel {

/// The option `subscribePattern`: a regular expression that matches whole names of topics.
/// Immutable.
class TopicPattern {
 public:
  /// Errors: the expression is not valid.
  static Result<TopicPattern> Make(const std::string& pattern);
  bool Matches(std::string_view topic) const;

 private:
  explicit TopicPattern(std::shared_ptr<const pcre2_real_code_8> code) : code_(std::move(code)) {}
  std::shared_ptr<const pcre2_real_code_8> code_;
};

}  // namespace firesteel
