#include "functions/java_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace firesteel {

namespace {

struct PosixClass {
  std::string_view java;
  std::string_view posix;
};

constexpr std::array<PosixClass, 13> kPosixClasses{{
    {"Alnum", "alnum"},
    {"Alpha", "alpha"},
    {"ASCII", "ascii"},
    {"Blank", "blank"},
    {"Cntrl", "cntrl"},
    {"Digit", "digit"},
    {"Graph", "graph"},
    {"Lower", "lower"},
    {"Print", "print"},
    {"Punct", "punct"},
    {"Space", "space"},
    {"Upper", "upper"},
    {"XDigit", "xdigit"},
}};

/// Java's names of properties that PCRE2 knows under another name.
constexpr std::array<PosixClass, 7> kProperties{{
    {"IsAlphabetic", "L"},
    {"IsLetter", "L"},
    {"IsDigit", "Nd"},
    {"IsLowercase", "Ll"},
    {"IsUppercase", "Lu"},
    {"IsPunctuation", "P"},
    {"IsWhite_Space", "Z"},
}};

/// Translates one pattern; a cursor over it and the depth of character classes.
class Translator {
 public:
  Translator(std::string_view pattern, std::string* out) : pattern_(pattern), out_(out) {}

  bool Run() {
    while (position_ < pattern_.size()) {
      const char c = pattern_[position_];
      if (c == '\\') {
        if (!Escape()) return false;
      } else if (depth_ > 0) {
        if (!InClass(c)) return false;
      } else {
        if (c == '[') OpenClass();
        out_->push_back(c);
        ++position_;
        if (c == '[') AfterOpening();
      }
    }
    return true;
  }

 private:
  std::string_view Rest(size_t offset = 0) const {
    return position_ + offset < pattern_.size() ? pattern_.substr(position_ + offset)
                                                : std::string_view();
  }

  void OpenClass() { depth_ = 1; }

  /// Right behind `[`: a caret negates, and a bracket right after it is literal in PCRE2 but an
  /// error in Java; Java's meaning of `[]…` is kept by leaving it to the compiler.
  void AfterOpening() {
    if (Rest().starts_with("^")) {
      out_->push_back('^');
      ++position_;
    }
  }

  bool InClass(char c) {
    if (Rest().starts_with("&&")) return false;
    ++position_;
    if (c == '[') {
      // A union of classes is one class; a negated one inside has no counterpart.
      if (Rest().starts_with("^")) return false;
      ++depth_;
      return true;
    }
    if (c == ']') {
      if (--depth_ == 0) out_->push_back(']');
      return true;
    }
    out_->push_back(c);
    return true;
  }

  bool Escape() {
    const std::string_view rest = Rest(1);
    if (rest.empty()) {
      out_->push_back('\\');
      ++position_;
      return true;
    }
    if (rest[0] == 'u') return UnicodeEscape(rest.substr(1));
    if (rest[0] == 'Q') return Quotation();
    if ((rest[0] == 'p' || rest[0] == 'P') && rest.size() > 1 && rest[1] == '{') {
      return Property(rest);
    }
    out_->append(pattern_.substr(position_, 2));
    position_ += 2;
    return true;
  }

  bool UnicodeEscape(std::string_view digits) {
    if (digits.size() < 4 ||
        !std::all_of(digits.begin(), digits.begin() + 4,
                     [](unsigned char c) { return std::isxdigit(c); })) {
      return false;
    }
    out_->append("\\x{").append(digits.substr(0, 4)).append("}");
    position_ += 6;
    return true;
  }

  /// \Q … \E is copied as it is.
  bool Quotation() {
    size_t end = pattern_.find("\\E", position_ + 2);
    end = end == std::string_view::npos ? pattern_.size() : end + 2;
    out_->append(pattern_.substr(position_, end - position_));
    position_ = end;
    return true;
  }

  bool Property(std::string_view rest) {
    const size_t close = rest.find('}');
    if (close == std::string_view::npos) return false;
    std::string_view name = rest.substr(2, close - 2);
    const bool negated = rest[0] == 'P';
    position_ += close + 2;
    for (const PosixClass& known : kPosixClasses) {
      if (known.java != name) continue;
      return Bracket(std::string("[:") + (negated ? "^" : "") + std::string(known.posix) + ":]");
    }
    if (name.starts_with("In") || name.starts_with("java")) return false;
    std::string_view translated = name;
    if (name.starts_with("Is")) translated.remove_prefix(2);
    for (const PosixClass& known : kProperties) {
      if (known.java == name) translated = known.posix;
    }
    if (const size_t equals = translated.find('='); equals != std::string_view::npos) {
      translated.remove_prefix(equals + 1);
    }
    out_->append(negated ? "\\P{" : "\\p{").append(translated).append("}");
    return true;
  }

  /// A POSIX class stands inside of brackets only.
  bool Bracket(const std::string& name) {
    out_->append(depth_ > 0 ? name : "[" + name + "]");
    return true;
  }

  std::string_view pattern_;
  std::string* out_;
  size_t position_ = 0;
  int depth_ = 0;
};

}  // namespace

bool TranslateJavaPattern(std::string_view pattern, std::string* out) {
  out->clear();
  return Translator(pattern, out).Run();
}

}  // namespace firesteel
