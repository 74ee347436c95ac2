#include "connectors/kafka/topic_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace firesteel {

Result<TopicPattern> TopicPattern::Make(const std::string& pattern) {
  int error = 0;
  size_t position = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error, &position, nullptr);
  if (code == nullptr) {
    PCRE2_UCHAR reason[200];
    pcre2_get_error_message(error, reason, sizeof(reason));
    return Status::Invalid("The option subscribePattern is no regular expression: ",
                           reinterpret_cast<const char*>(reason), " at character ", position, ".");
  }
  return TopicPattern(std::shared_ptr<const pcre2_code>(
      code, [](const pcre2_code* c) { pcre2_code_free(const_cast<pcre2_code*>(c)); }));
}

bool TopicPattern::Matches(std::string_view topic) const {
  pcre2_match_data* match = pcre2_match_data_create_from_pattern(code_.get(), nullptr);
  const int found = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(topic.data()),
                                topic.size(), 0, 0, match, nullptr);
  pcre2_match_data_free(match);
  return found >= 0;
}

}  // namespace firesteel
