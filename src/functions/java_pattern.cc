#include "functions/java_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

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
constexpr std::array<PosixClass, 11> kProperties{{
    {"IsAlphabetic", "L"},
    {"IsLetter", "L"},
    {"IsDigit", "Nd"},
    {"IsLowercase", "Ll"},
    {"IsUppercase", "Lu"},
    {"IsPunctuation", "P"},
    {"IsWhite_Space", "Z"},
    {"javaLowerCase", "Ll"},
    {"javaUpperCase", "Lu"},
    {"javaLetter", "L"},
    {"javaDigit", "Nd"},
}};

/// Translates one pattern: a cursor over it. Methods return false for what PCRE2 has no counterpart
/// of, and for what Java refuses.
class Translator {
 public:
  Translator(std::string_view pattern, std::string* out) : pattern_(pattern), out_(out) {}

  bool Run() {
    while (position_ < pattern_.size()) {
      const char c = pattern_[position_];
      if (c == '\\') {
        if (!Escape(false, out_)) return false;
      } else if (c == '[') {
        ++position_;
        std::string fragment;
        if (!Class(0, &fragment)) return false;
        out_->append(fragment);
      } else if (Rest().starts_with("(?") && Flags()) {
        continue;
      } else if (c == '{' && !IsRepetition()) {
        return false;
      } else {
        out_->push_back(c);
        ++position_;
      }
    }
    return true;
  }

 private:
  static constexpr int kMaxClassDepth = 100;

  std::string_view Rest(size_t offset = 0) const {
    return position_ + offset < pattern_.size() ? pattern_.substr(position_ + offset)
                                                : std::string_view();
  }

  /// Whether a brace starts `{n}`, `{n,}` or `{n,m}`; any other is an error in Java.
  bool IsRepetition() const {
    const std::string_view rest = Rest(1);
    constexpr std::string_view kDigits = "0123456789";
    size_t end = rest.find_first_not_of(kDigits);
    if (position_ == 0 || end == 0 || end == std::string_view::npos) return false;
    if (rest[end] == ',') end = rest.find_first_not_of(kDigits, end + 1);
    return end != std::string_view::npos && rest[end] == '}';
  }

  /// `(?iu)` and `(?iu:`: the flags about Unicode are dropped, the others are the same in PCRE2.
  bool Flags() {
    const std::string_view rest = Rest(2);
    const size_t end = std::min(rest.find_first_not_of("idmsuxU-"), rest.size());
    if (end == 0 || end == rest.size() || (rest[end] != ')' && rest[end] != ':')) return false;
    std::string flags;
    for (const char c : rest.substr(0, end)) {
      if (c != 'u' && c != 'd' && c != 'U') flags.push_back(c);
    }
    out_->append("(?").append(flags);
    position_ += 2 + end;
    return true;
  }

  /// A set of characters in brackets: what is listed, and classes inside.
  struct Union {
    std::string items;
    std::vector<std::string> classes;

    std::string Pattern() const {
      if (classes.empty()) return "[" + items + "]";
      std::string text = "(?:";
      if (!items.empty()) text += "[" + items + "]|";
      for (size_t i = 0; i < classes.size(); ++i) text += (i > 0 ? "|" : "") + classes[i];
      return text + ")";
    }
  };

  /// Behind `[`: writes a pattern of one character. Java's unions become alternatives and its
  /// intersections (`&&`) look-aheads, where they are not plain lists.
  bool Class(int depth, std::string* out) {
    if (depth > kMaxClassDepth) return false;
    const bool negated = Rest().starts_with("^");
    if (negated) ++position_;
    std::vector<Union> operands(1);
    for (bool first = true;; first = false) {
      if (position_ >= pattern_.size()) return false;
      Union& operand = operands.back();
      const char c = pattern_[position_];
      if (c == ']' && !first) {
        ++position_;
        return WriteClass(operands, negated, out);
      }
      if (Rest().starts_with("&&")) {
        position_ += 2;
        operands.emplace_back();
      } else if (c == '[') {
        ++position_;
        std::string nested;
        if (!Class(depth + 1, &nested)) return false;
        if (nested.starts_with("[") && !nested.starts_with("[^")) {
          operand.items.append(nested, 1, nested.size() - 2);
        } else {
          operand.classes.push_back(std::move(nested));
        }
      } else if (c == '\\') {
        if (!Escape(true, &operand.items)) return false;
      } else {
        // After a bracket these would start a class of PCRE2's own: [:alpha:].
        if (c == ':' || c == '.' || c == '=') operand.items.push_back('\\');
        operand.items.push_back(c);
        ++position_;
      }
    }
  }

  static bool WriteClass(const std::vector<Union>& operands, bool negated, std::string* out) {
    std::string sets;
    const Union* last = nullptr;
    for (const Union& operand : operands) {
      if (operand.items.empty() && operand.classes.empty()) continue;
      if (last != nullptr) sets += "(?=" + last->Pattern() + ")";
      last = &operand;
    }
    if (last == nullptr) return false;
    if (sets.empty() && last->classes.empty()) {
      *out = (negated ? "[^" : "[") + last->items + "]";
      return true;
    }
    const std::string pattern = "(?:" + sets + last->Pattern() + ")";
    *out = negated ? "(?:(?!" + pattern + ")(?s:.))" : pattern;
    return true;
  }

  bool Escape(bool in_class, std::string* out) {
    const std::string_view rest = Rest(1);
    if (rest.empty()) return false;
    if (rest[0] == 'u') return UnicodeEscape(rest.substr(1), out);
    if (rest[0] == '0') return OctalEscape(rest.substr(1), out);
    if (rest[0] == 'Q') return Quotation(out);
    if ((rest[0] == 'p' || rest[0] == 'P') && rest.size() > 1) return Property(in_class, rest, out);
    if (rest.starts_with("x{")) {
      const size_t close = std::min(pattern_.find('}', position_), pattern_.size() - 1);
      out->append(pattern_.substr(position_, close + 1 - position_));
      position_ = close + 1;
      return true;
    }
    // Letters that mean something in PCRE2 only.
    if (std::string_view("CEKLNUglo").find(rest[0]) != std::string_view::npos) return false;
    out->append(pattern_.substr(position_, 2));
    position_ += 2;
    return true;
  }

  bool UnicodeEscape(std::string_view digits, std::string* out) {
    if (digits.size() < 4 ||
        !std::all_of(digits.begin(), digits.begin() + 4,
                     [](unsigned char c) { return std::isxdigit(c); })) {
      return false;
    }
    out->append("\\x{").append(digits.substr(0, 4)).append("}");
    position_ += 6;
    return true;
  }

  /// `\0` and one to three octal digits.
  bool OctalEscape(std::string_view digits, std::string* out) {
    size_t count = 0;
    const size_t most = !digits.empty() && digits[0] <= '3' ? 3 : 2;
    while (count < most && count < digits.size() && digits[count] >= '0' && digits[count] <= '7') {
      ++count;
    }
    if (count == 0) return false;
    out->append("\\o{").append(digits.substr(0, count)).append("}");
    position_ += 2 + count;
    return true;
  }

  /// `\Q … \E`: every character of it stands for itself.
  bool Quotation(std::string* out) {
    const size_t start = position_ + 2;
    const size_t end = std::min(pattern_.find("\\E", start), pattern_.size());
    for (const char c : pattern_.substr(start, end - start)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x80 && !std::isalnum(byte)) out->push_back('\\');
      out->push_back(c);
    }
    position_ = std::min(end + 2, pattern_.size());
    return true;
  }

  bool Property(bool in_class, std::string_view rest, std::string* out) {
    std::string_view name = rest.substr(1, 1);
    size_t size = 3;
    if (name == "{") {
      const size_t close = rest.find('}');
      if (close == std::string_view::npos) return false;
      name = rest.substr(2, close - 2);
      size = close + 2;
    }
    const bool negated = rest[0] == 'P';
    position_ += size;
    for (const PosixClass& known : kPosixClasses) {
      if (known.java != name) continue;
      const std::string posix =
          std::string("[:") + (negated ? "^" : "") + std::string(known.posix) + ":]";
      out->append(in_class ? posix : "[" + posix + "]");
      return true;
    }
    std::string_view translated = name;
    if (name.starts_with("Is")) translated.remove_prefix(2);
    for (const PosixClass& known : kProperties) {
      if (known.java == name) translated = known.posix;
    }
    if (translated.starts_with("In") || translated.starts_with("java")) return false;
    if (const size_t equals = translated.find('='); equals != std::string_view::npos) {
      translated.remove_prefix(equals + 1);
    }
    out->append(negated ? "\\P{" : "\\p{").append(translated).append("}");
    return true;
  }

  std::string_view pattern_;
  std::string* out_;
  size_t position_ = 0;
};

}  // namespace

bool TranslateJavaPattern(std::string_view pattern, std::string* out) {
  out->clear();
  return Translator(pattern, out).Run();
}

}  // namespace firesteel
