#include "connectors/kafka/jaas_configuration.h"

#include <cctype>

namespace firesteel {
namespace {

Status Malformed(const char* what) {
  return Status::Invalid("kafka.sasl.jaas.config cannot be read: ", what,
                         ". It has the form <LoginModule> required <name>=\"<value>\" …;");
}

class JaasScanner {
 public:
  explicit JaasScanner(std::string_view text) : text_(text) {}

  bool AtEnd() {
    SkipSpaces();
    return next_ == text_.size();
  }
  bool Take(char wanted) {
    SkipSpaces();
    if (next_ == text_.size() || text_[next_] != wanted) return false;
    ++next_;
    return true;
  }
  /// A run of characters that are no space, quote, `=` or `;`; empty when there is none.
  std::string Word() {
    SkipSpaces();
    const size_t start = next_;
    while (next_ < text_.size() && !IsSpace(text_[next_]) && text_[next_] != '=' &&
           text_[next_] != ';' && text_[next_] != '"' && text_[next_] != '\'') {
      ++next_;
    }
    return std::string(text_.substr(start, next_ - start));
  }
  Result<std::string> ValueOfOption() {
    SkipSpaces();
    if (next_ == text_.size()) return Malformed("a value is missing");
    const char quote = text_[next_];
    if (quote != '"' && quote != '\'') return Word();
    std::string value;
    for (++next_; next_ < text_.size(); ++next_) {
      if (text_[next_] == quote) {
        ++next_;
        return value;
      }
      if (text_[next_] == '\\' && next_ + 1 < text_.size()) ++next_;
      value += text_[next_];
    }
    return Malformed("a quote is not closed");
  }

 private:
  static bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
  void SkipSpaces() {
    while (next_ < text_.size() && IsSpace(text_[next_])) ++next_;
  }

  std::string_view text_;
  size_t next_ = 0;
};

}  // namespace

Result<JaasConfiguration> JaasConfiguration::Parse(std::string_view text) {
  JaasScanner scanner(text);
  JaasConfiguration configuration;
  const std::string module = scanner.Word();
  if (module.empty()) return Malformed("the login module is missing");
  configuration.login_module = module.substr(module.rfind('.') + 1);
  if (scanner.Word().empty()) return Malformed("the word after the login module is missing");
  while (!scanner.Take(';')) {
    if (scanner.AtEnd()) return Malformed("the semicolon at the end is missing");
    const std::string name = scanner.Word();
    if (name.empty() || !scanner.Take('=')) return Malformed("an option is no <name>=<value>");
    ARROW_ASSIGN_OR_RAISE(configuration.options[name], scanner.ValueOfOption());
  }
  if (!scanner.AtEnd()) return Malformed("more than one login module is given");
  return configuration;
}

}  // namespace firesteel
