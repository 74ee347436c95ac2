#include "functions/decimal_pattern.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace firesteel {

namespace {

constexpr int kMaxFractionDigits = 340;

/// Drops zeros at both ends; the digits of zero are empty.
void Normalize(DecimalDigits* number) {
  const size_t first = number->digits.find_first_not_of('0');
  if (first == std::string::npos) {
    *number = {};
    return;
  }
  number->digits.erase(0, first);
  number->point -= static_cast<int>(first);
  number->digits.erase(number->digits.find_last_not_of('0') + 1);
}

/// Keeps the first `count` digits, rounding half to even.
void KeepDigits(int count, DecimalDigits* number) {
  std::string& digits = number->digits;
  if (count >= static_cast<int>(digits.size())) return;
  if (count < 0) {
    *number = {};
    return;
  }
  const bool half = digits[count] == '5' &&
                    digits.find_first_not_of('0', count + 1) == std::string::npos;
  const bool odd = count > 0 && (digits[count - 1] - '0') % 2 != 0;
  const bool up = half ? odd : digits[count] >= '5';
  digits.resize(count);
  if (up) {
    int i = count - 1;
    while (i >= 0 && digits[i] == '9') digits[i--] = '0';
    if (i >= 0) {
      ++digits[i];
    } else {
      digits.insert(0, 1, '1');
      ++number->point;
    }
  }
  Normalize(number);
}

/// The digits of a finite double, rounded from its exact value: `places` digits behind the point,
/// or `places` significant ones.
DecimalDigits DigitsOfDouble(double value, int places, bool significant) {
  char text[800];
  DecimalDigits number;
  if (significant) {
    std::snprintf(text, sizeof(text), "%.*e", std::max(places - 1, 0), value);
    const std::string_view all(text);
    const size_t e = all.find('e');
    number.point = std::atoi(text + e + 1) + 1;
    for (const char c : all.substr(0, e)) {
      if (c != '.') number.digits.push_back(c);
    }
  } else {
    std::snprintf(text, sizeof(text), "%.*f", places, value);
    const std::string_view all(text);
    number.point = static_cast<int>(std::min(all.find('.'), all.size()));
    for (const char c : all) {
      if (c != '.') number.digits.push_back(c);
    }
  }
  Normalize(&number);
  return number;
}

}  // namespace

DecimalDigits DigitsOfUnscaled(std::string_view unscaled, int scale) {
  DecimalDigits number{std::string(unscaled), static_cast<int>(unscaled.size()) - scale};
  Normalize(&number);
  return number;
}

/// Reads the text of a pattern, which has a prefix, a number and a suffix, and perhaps the same
/// again for negative numbers, of which only prefix and suffix count.
class DecimalPatternReader {
 public:
  explicit DecimalPatternReader(std::string_view text) : text_(text) {}

  Result<DecimalPattern> Read() {
    ReadAffix(&result_.prefix_);
    ARROW_RETURN_NOT_OK(ReadNumber());
    ReadAffix(&result_.suffix_);
    if (position_ < text_.size() && text_[position_] != ';') return Malformed();
    result_.negative_prefix_ = "-" + result_.prefix_;
    result_.negative_suffix_ = result_.suffix_;
    if (position_ + 1 < text_.size()) {
      ++position_;
      result_.negative_prefix_.clear();
      result_.negative_suffix_.clear();
      ReadAffix(&result_.negative_prefix_);
      while (position_ < text_.size() && IsNumber(text_[position_])) ++position_;
      ReadAffix(&result_.negative_suffix_);
    }
    return std::move(result_);
  }

 private:
  static bool IsNumber(char c) { return c == '#' || c == '0' || c == ',' || c == '.'; }
  Status Malformed() const { return Status::Invalid("Malformed number format \"", text_, "\""); }

  void ReadAffix(std::string* affix) {
    bool quoted = false;
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == '\'') {
        const bool twice = text_.substr(position_ + 1).starts_with("'");
        if (twice) affix->push_back('\'');
        if (!twice) quoted = !quoted;
        position_ += twice ? 2 : 1;
        continue;
      }
      if (!quoted && (c == ';' || IsNumber(c))) return;
      const std::string_view rest = text_.substr(position_);
      if (!quoted && c == '%') {
        result_.power_of_ten_ = 2;
      } else if (!quoted && rest.starts_with("\u2030")) {
        result_.power_of_ten_ = 3;
      } else if (!quoted && rest.starts_with("\u00A4")) {
        affix->push_back('$');
        position_ += 2;
        continue;
      }
      affix->push_back(c);
      ++position_;
    }
  }

  Status ReadNumber() {
    int left = 0;
    int zeros = 0;
    int right = 0;
    int point = -1;
    int group = -1;
    for (; position_ < text_.size(); ++position_) {
      const char c = text_[position_];
      if (c == '#') {
        ++(zeros > 0 ? right : left);
      } else if (c == '0') {
        if (right > 0) return Malformed();
        ++zeros;
      } else if (c == ',') {
        group = 0;
        continue;
      } else if (c == '.') {
        if (point >= 0) return Malformed();
        point = left + zeros + right;
        continue;
      } else {
        break;
      }
      if (group >= 0 && point < 0) ++group;
    }
    ARROW_RETURN_NOT_OK(ReadExponent());
    return SetCounts(left, zeros, right, point, group);
  }

  Status ReadExponent() {
    if (position_ >= text_.size() || text_[position_] != 'E') return Status::OK();
    size_t end = position_ + 1;
    while (end < text_.size() && text_[end] == '0') ++end;
    result_.min_exponent_ = static_cast<int>(end - position_ - 1);
    position_ = end;
    return result_.min_exponent_ > 0 ? Status::OK() : Malformed();
  }

  Status SetCounts(int left, int zeros, int right, int point, int group) {
    if (zeros == 0 && left > 0 && point >= 0) {
      // Without any 0 the digit before the point is one.
      const int before = std::max(point, 1);
      right = left - before;
      left = before - 1;
      zeros = 1;
    }
    if ((point < 0 && right > 0) || (point >= 0 && (point < left || point > left + zeros)) ||
        group == 0) {
      return Malformed();
    }
    const int total = left + zeros + right;
    const int integer = point >= 0 ? point : total;
    result_.min_integer_ = integer - left;
    result_.max_integer_ = left + result_.min_integer_;
    result_.max_fraction_ = point >= 0 ? std::min(total - point, kMaxFractionDigits) : 0;
    result_.min_fraction_ =
        point >= 0 ? std::min(left + zeros - point, kMaxFractionDigits) : 0;
    result_.group_ = std::max(group, 0);
    result_.always_point_ = point == 0 || point == total;
    return Status::OK();
  }

  std::string_view text_;
  size_t position_ = 0;
  DecimalPattern result_;
};

Result<DecimalPattern> DecimalPattern::Make(std::string_view pattern) {
  return DecimalPatternReader(pattern).Read();
}

DecimalPattern DecimalPattern::Grouped(int fraction_digits) {
  DecimalPattern pattern;
  pattern.min_integer_ = 1;
  pattern.group_ = 3;
  pattern.min_fraction_ = std::min(fraction_digits, kMaxFractionDigits);
  pattern.max_fraction_ = pattern.min_fraction_;
  return pattern;
}

void DecimalPattern::AppendDouble(double value, std::string* out) const {
  if (std::isnan(value)) {
    out->append("NaN");
    return;
  }
  const bool negative = std::signbit(value);
  if (std::isinf(value)) {
    out->append(negative ? negative_prefix_ : prefix_).append("\u221E");
    out->append(negative ? negative_suffix_ : suffix_);
    return;
  }
  double size = std::fabs(value);
  if (power_of_ten_ > 0) size *= power_of_ten_ == 2 ? 100 : 1000;
  const bool scientific = min_exponent_ > 0;
  const int places = scientific ? max_integer_ + max_fraction_ : max_fraction_;
  AppendSigned(negative, DigitsOfDouble(size, places, scientific), out);
}

void DecimalPattern::AppendExact(bool negative, DecimalDigits number, std::string* out) const {
  if (!number.digits.empty()) number.point += power_of_ten_;
  KeepDigits(min_exponent_ > 0 ? max_integer_ + max_fraction_ : number.point + max_fraction_,
             &number);
  AppendSigned(negative, number, out);
}

void DecimalPattern::AppendSigned(bool negative, const DecimalDigits& number,
                                  std::string* out) const {
  out->append(negative ? negative_prefix_ : prefix_);
  if (min_exponent_ > 0) {
    AppendScientific(number, out);
  } else {
    AppendPlain(number, out);
  }
  out->append(negative ? negative_suffix_ : suffix_);
}

void DecimalPattern::AppendPlain(const DecimalDigits& number, std::string* out) const {
  const auto digit = [&](int place) {  // place 1 is the first one before the point, 0 behind it
    const int i = number.point - place;
    return i >= 0 && i < static_cast<int>(number.digits.size()) ? number.digits[i] : '0';
  };
  const int integer = std::max(min_integer_, number.point);
  for (int place = integer; place > 0; --place) {
    out->push_back(digit(place));
    if (group_ > 0 && place > 1 && (place - 1) % group_ == 0) out->push_back(',');
  }
  const int used = std::max(0, static_cast<int>(number.digits.size()) - number.point);
  const int fraction = std::max(min_fraction_, std::min(used, max_fraction_));
  if (integer <= 0 && fraction == 0) out->push_back('0');
  if (fraction > 0 || always_point_) out->push_back('.');
  for (int i = 0; i < fraction; ++i) out->push_back(digit(-i));
}

void DecimalPattern::AppendScientific(const DecimalDigits& number, std::string* out) const {
  const bool zero = number.digits.empty();
  int exponent = zero ? 0 : number.point;
  int integer = min_integer_;
  if (max_integer_ > 1 && max_integer_ > min_integer_) {
    // The exponent is a multiple of the most integer digits there may be.
    const int repeat = max_integer_;
    exponent = exponent >= 1 ? (exponent - 1) / repeat * repeat
                             : (exponent - repeat) / repeat * repeat;
    integer = 1;
  } else {
    exponent -= min_integer_;
  }
  if (!zero) integer = number.point - exponent;
  const int count = static_cast<int>(number.digits.size());
  const int total = std::max({count, min_integer_ + min_fraction_, integer});
  for (int i = 0; i < total; ++i) {
    if (i == integer) out->push_back('.');
    out->push_back(i < count ? number.digits[i] : '0');
  }
  if (always_point_ && total == integer) out->push_back('.');
  if (zero) exponent = 0;
  out->append(exponent < 0 ? "E-" : "E");
  const std::string text = std::to_string(std::abs(exponent));
  out->append(std::max(0, min_exponent_ - static_cast<int>(text.size())), '0').append(text);
}

}  // namespace firesteel
