#define PCRE2_CODE_UNIT_WIDTH 8
#include "functions/regular_expression.h"

#include <pcre2.h>

#include <utility>

#include "common/error.h"
#include "functions/java_pattern.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

/// Steps after which a search gives up, so that a hostile pattern cannot hang a query.
constexpr uint32_t kMatchLimit = 10'000'000;
constexpr size_t kStackStartBytes = 32 * 1024;
constexpr size_t kStackLimitBytes = 4 * 1024 * 1024;

Status BadPattern(std::string_view pattern, std::string_view function) {
  return MakeError("INVALID_PARAMETER_VALUE.PATTERN",
                   {{"parameter", "`regexp`"},
                    {"functionName", "`" + std::string(function) + "`"},
                    {"value", "'" + std::string(pattern) + "'"}});
}

}  // namespace

Result<std::shared_ptr<const RegularExpression>> RegularExpression::Make(
    std::string_view pattern, std::string_view function) {
  std::string translated;
  if (!TranslateJavaPattern(pattern, &translated)) return BadPattern(pattern, function);
  int error = 0;
  PCRE2_SIZE error_offset = 0;
  std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(
      pcre2_compile_context_create(nullptr), pcre2_compile_context_free);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANYCRLF);
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()),
                                   translated.size(), PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error,
                                   &error_offset, context.get());
  if (!code) return BadPattern(pattern, function);
  // Without machine code the interpreter does the same, only slower.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  uint32_t groups = 0;
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
  return std::shared_ptr<const RegularExpression>(
      new RegularExpression(std::string(pattern), code, static_cast<int>(groups)));
}

RegularExpression::~RegularExpression() { pcre2_code_free(code_); }

int RegularExpression::GroupNumber(const std::string& name) const {
  const int number =
      pcre2_substring_number_from_name(code_, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
  return number < 0 ? -1 : number;
}

RegularExpressionMatcher::RegularExpressionMatcher(
    std::shared_ptr<const RegularExpression> expression)
    : expression_(std::move(expression)),
      match_(pcre2_match_data_create_from_pattern(expression_->code_, nullptr)),
      context_(pcre2_match_context_create(nullptr)),
      stack_(pcre2_jit_stack_create(kStackStartBytes, kStackLimitBytes, nullptr)) {
  pcre2_set_match_limit(context_, kMatchLimit);
  pcre2_jit_stack_assign(context_, nullptr, stack_);
}

RegularExpressionMatcher::~RegularExpressionMatcher() {
  pcre2_match_data_free(match_);
  pcre2_match_context_free(context_);
  pcre2_jit_stack_free(stack_);
}

void RegularExpressionMatcher::Reset(std::string_view text) {
  text_ = text.data() ? text : std::string_view("");
  next_ = 0;
  done_ = false;
}

Result<bool> RegularExpressionMatcher::Find() {
  if (done_ || next_ > text_.size()) return false;
  const int result = pcre2_match(expression_->code_, reinterpret_cast<PCRE2_SPTR>(text_.data()),
                                 text_.size(), next_, 0, match_, context_);
  if (result == PCRE2_ERROR_NOMATCH) {
    done_ = true;
    return false;
  }
  if (result < 0) {
    return Status::Invalid("The regular expression '", expression_->pattern(),
                           "' needs too many steps or too much memory for a text of ",
                           text_.size(), " bytes");
  }
  const auto match_end = static_cast<size_t>(end());
  next_ = match_end;
  if (end() == start()) {
    // An empty match must not be found again.
    next_ += match_end < text_.size() ? CharacterBytes(text_[match_end]) : 1;
  }
  return true;
}

int64_t RegularExpressionMatcher::start(int group) const {
  const PCRE2_SIZE value = pcre2_get_ovector_pointer(match_)[2 * group];
  return value == PCRE2_UNSET ? -1 : static_cast<int64_t>(value);
}

int64_t RegularExpressionMatcher::end(int group) const {
  const PCRE2_SIZE value = pcre2_get_ovector_pointer(match_)[2 * group + 1];
  return value == PCRE2_UNSET ? -1 : static_cast<int64_t>(value);
}

std::string_view RegularExpressionMatcher::Group(int group) const {
  const int64_t first = start(group);
  if (first < 0) return {};
  return text_.substr(first, end(group) - first);
}

Result<std::shared_ptr<const RegularExpression>> RegularExpressionCache::Get(
    std::string_view pattern, std::string_view function) {
  std::lock_guard lock(mutex_);
  if (!last_ || last_->pattern() != pattern) {
    ARROW_ASSIGN_OR_RAISE(last_, RegularExpression::Make(pattern, function));
  }
  return last_;
}

}  // namespace firesteel
