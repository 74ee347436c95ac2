#include "functions/number_picture.h"

#include <algorithm>

#include "common/ascii.h"
#include "common/error.h"

namespace firesteel {

namespace {

Status BadFormat(const char* condition, std::string_view format) {
  return MakeError(condition, {{"format", "'" + std::string(format) + "'"}});
}

/// Adds a space in front of a number: before a sign that stands there already.
void AddLeadingSpace(std::string* out) {
  const bool sign = !out->empty() && std::string_view("+-<").find(out->back()) !=
                                         std::string_view::npos;
  out->insert(out->size() - (sign ? 1 : 0), 1, ' ');
}

/// Adds a sign behind a number, before spaces that stand there already.
void AddBeforeTrailingSpaces(char c, std::string* out) {
  const size_t last = out->find_last_not_of(' ');
  out->insert(last == std::string::npos ? 0 : last + 1, 1, c);
}

/// Replaces a point without digits behind it by a space.
void DropLonePoint(std::string* out) {
  if (out->ends_with(".")) out->back() = ' ';
}

}  // namespace

Result<NumberPicture> NumberPicture::Make(std::string_view format) {
  NumberPicture picture;
  std::string upper(format);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (upper.empty()) return BadFormat("INVALID_FORMAT.EMPTY", format);
  picture.Read(upper);
  ARROW_RETURN_NOT_OK(picture.Check(format));
  return picture;
}

void NumberPicture::AddDigits(char first, int count, bool behind_point) {
  if (tokens_.empty() || tokens_.back().kind != Kind::kDigits) {
    tokens_.push_back({Kind::kDigits, {}});
  }
  tokens_.back().runs.push_back({count, first == '0' && !behind_point, false});
  (behind_point ? fraction_digits_ : integer_digits_) += count;
}

void NumberPicture::Read(std::string_view format) {
  bool behind_point = false;
  for (size_t i = 0; i < format.size();) {
    const char c = format[i];
    const std::string_view rest = format.substr(i);
    if (c == '0' || c == '9') {
      const size_t count = std::min(rest.find_first_not_of("09"), rest.size());
      AddDigits(c, static_cast<int>(count), behind_point);
      i += count;
    } else if (c == ',' || c == 'G') {
      if (tokens_.empty() || tokens_.back().kind != Kind::kDigits) {
        tokens_.push_back({Kind::kDigits, {}});
      }
      tokens_.back().runs.push_back({0, false, true});
      ++i;
    } else if (rest.starts_with("MI")) {
      tokens_.push_back({Kind::kMinus, {}});
      i += 2;
    } else if (rest.starts_with("PR")) {
      tokens_.insert(tokens_.begin(), {Kind::kOpen, {}});
      tokens_.push_back({Kind::kClose, {}});
      i += 2;
    } else {
      const bool point = c == '.' || c == 'D';
      behind_point |= point;
      tokens_.push_back({point      ? Kind::kPoint
                         : c == '$' ? Kind::kDollar
                         : c == 'S' ? Kind::kSign
                                    : Kind::kUnknown,
                         {}});
      ++i;
    }
  }
}

int NumberPicture::Find(Kind kind) const {
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].kind == kind) return static_cast<int>(i);
  }
  return -1;
}

Status NumberPicture::Check(std::string_view format) const {
  if (integer_digits_ + fraction_digits_ == 0) {
    return BadFormat("INVALID_FORMAT.WRONG_NUM_DIGIT", format);
  }
  const int dollar = Find(Kind::kDollar);
  const int point = Find(Kind::kPoint);
  if (Find(Kind::kDigits) < dollar) {
    return BadFormat("INVALID_FORMAT.CUR_MUST_BEFORE_DIGIT", format);
  }
  if (point >= 0 && point < dollar) return BadFormat("INVALID_FORMAT.CUR_MUST_BEFORE_DEC", format);
  ARROW_RETURN_NOT_OK(CheckSeparators(format));
  ARROW_RETURN_NOT_OK(CheckCountsAndOrder(format));
  if (precision() <= kMaxDecimalPrecision) return Status::OK();
  return MakeError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                   {{"precision", std::to_string(precision())},
                    {"maxPrecision", std::to_string(kMaxDecimalPrecision)}});
}

Status NumberPicture::CheckSeparators(std::string_view format) const {
  bool behind_point = false;
  bool behind = false;
  for (const Token& token : tokens_) {
    behind_point |= token.kind == Kind::kPoint;
    bool expects_digits = true;
    for (const DigitRun& run : token.runs) {
      if (run.separator && behind_point) behind = true;
      if (run.separator && expects_digits && !behind_point) {
        return BadFormat("INVALID_FORMAT.CONT_THOUSANDS_SEPS", format);
      }
      expects_digits = run.separator;
    }
    if (!token.runs.empty() && expects_digits && !behind_point) {
      return BadFormat("INVALID_FORMAT.CONT_THOUSANDS_SEPS", format);
    }
  }
  return behind ? BadFormat("INVALID_FORMAT.THOUSANDS_SEPS_MUST_BEFORE_DEC", format)
                : Status::OK();
}

Status NumberPicture::CheckCountsAndOrder(std::string_view format) const {
  static constexpr std::pair<Kind, std::string_view> kOnce[] = {
      {Kind::kPoint, "'.' or 'D'"}, {Kind::kSign, "'S'"}, {Kind::kMinus, "'MI'"},
      {Kind::kDollar, "'$'"},       {Kind::kClose, "'PR'"}};
  for (const auto& [kind, text] : kOnce) {
    const auto same = [kind = kind](const Token& token) { return token.kind == kind; };
    if (std::count_if(tokens_.begin(), tokens_.end(), same) > 1) {
      return MakeError("INVALID_FORMAT.WRONG_NUM_TOKEN",
                       {{"format", "'" + std::string(format) + "'"}, {"token", std::string(text)}});
    }
  }
  static constexpr Kind kNone = Kind::kUnknown;
  static constexpr Kind kOrder[][3] = {
      {Kind::kOpen, kNone, kNone},   {Kind::kMinus, Kind::kSign, kNone},
      {Kind::kDollar, kNone, kNone}, {Kind::kDigits, kNone, kNone},
      {Kind::kPoint, kNone, kNone},  {Kind::kDigits, kNone, kNone},
      {Kind::kDollar, kNone, kNone}, {Kind::kMinus, Kind::kSign, Kind::kClose}};
  size_t next = 0;
  for (const auto& allowed : kOrder) {
    if (next >= tokens_.size() || tokens_[next].kind == kNone) continue;
    if (std::find(std::begin(allowed), std::end(allowed), tokens_[next].kind) !=
        std::end(allowed)) {
      ++next;
    }
  }
  if (next == tokens_.size()) return Status::OK();
  return MakeError("INVALID_FORMAT.UNEXPECTED_TOKEN",
                   {{"format", "'" + std::string(format) + "'"}, {"token", std::string(format)}});
}

bool NumberPicture::Parse(std::string_view text, int128_t* unscaled) const {
  size_t i = 0;
  const auto take = [&](char c) {
    if (i >= text.size() || text[i] != c) return false;
    ++i;
    return true;
  };
  int128_t value = 0;
  int fraction = 0;
  bool any_digit = false;
  bool behind_point = false;
  bool negative = false;
  bool open = false;
  std::vector<int> groups;  // digits between separators, left to right
  for (const Token& token : tokens_) {
    switch (token.kind) {
      case Kind::kDigits: {
        groups.assign(1, 0);
        for (; i < text.size() && (IsDigit(text[i]) || text[i] == ',' || text[i] == ' '); ++i) {
          if (text[i] == ',') groups.push_back(0);
          if (!IsDigit(text[i])) continue;
          if (++groups.back() > kMaxDecimalPrecision) return false;
          any_digit = true;
          if (behind_point) ++fraction;
          if (!__builtin_mul_overflow(value, 10, &value)) value += text[i] - '0';
        }
        size_t left = groups.size();
        for (size_t run = token.runs.size(); run-- > 0;) {
          if (token.runs[run].separator) continue;
          const int count = left > 0 ? groups[--left] : 0;
          if (count > token.runs[run].count) return false;
          if (token.runs[run].exact && count != token.runs[run].count) return false;
        }
        if (left > 0) return false;
        break;
      }
      case Kind::kPoint: behind_point = take('.'); break;
      case Kind::kDollar:
        if (!take('$')) return false;
        break;
      case Kind::kSign:
        if (!take('+')) negative |= take('-');
        break;
      case Kind::kMinus: negative |= take('-'); break;
      case Kind::kOpen: open = take('<'); break;
      case Kind::kClose:
        if (open && !take('>')) return false;
        negative |= open;
        break;
      case Kind::kUnknown: return false;
    }
  }
  if (i < text.size() || !any_digit || fraction > fraction_digits_) return false;
  value *= PowerOfTen(fraction_digits_ - fraction);
  *unscaled = negative ? -value : value;
  return true;
}

void NumberPicture::WriteDigits(const Token& token, bool behind_point, std::string_view digits,
                                bool overflow, std::string* out) const {
  // `digits` are those on this side of the point; before it they are aligned to the right.
  int place = behind_point ? 0 : static_cast<int>(digits.size()) - integer_digits_;
  for (const DigitRun& run : token.runs) {
    if (run.separator) {
      if (!out->empty() && IsDigit(out->back())) {
        out->push_back(',');
      } else {
        AddLeadingSpace(out);
      }
    }
    for (int i = 0; i < run.count; ++i, ++place) {
      if (overflow) {
        out->push_back('#');
      } else if (place >= 0 && place < static_cast<int>(digits.size())) {
        out->push_back(digits[place]);
      } else if (behind_point || run.exact) {
        out->push_back('0');
      } else {
        AddLeadingSpace(out);
      }
    }
  }
}

void NumberPicture::Format(int128_t unscaled, int scale, std::string* out) const {
  out->clear();
  const bool negative = unscaled < 0;
  char text[kDecimalTextSize];
  std::string_view all(text, FormatDecimal(negative ? -unscaled : unscaled, scale, text));
  const size_t point = std::min(all.find('.'), all.size());
  std::string_view integer = all.substr(0, point);
  integer.remove_prefix(std::min(integer.find_first_not_of('0'), integer.size()));
  std::string_view fraction = all.substr(std::min(point + 1, all.size()));
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  const bool overflow = static_cast<int>(integer.size()) > integer_digits_ ||
                        static_cast<int>(fraction.size()) > fraction_digits_;
  bool behind_point = false;
  for (const Token& token : tokens_) {
    const bool first = out->empty();
    switch (token.kind) {
      case Kind::kDigits:
        WriteDigits(token, behind_point, behind_point ? fraction : integer, overflow, out);
        break;
      case Kind::kPoint:
        if (out->ends_with(" ")) out->back() = '0';
        out->push_back('.');
        behind_point = true;
        break;
      case Kind::kDollar: out->push_back('$'); break;
      case Kind::kOpen:
        if (negative) out->push_back('<');
        break;
      case Kind::kSign:
      case Kind::kMinus:
        DropLonePoint(out);
        if (!negative && token.kind == Kind::kMinus) {
          out->push_back(' ');
        } else if (first) {
          out->push_back(negative ? '-' : '+');
        } else {
          AddBeforeTrailingSpaces(negative ? '-' : '+', out);
        }
        break;
      case Kind::kClose:
        DropLonePoint(out);
        if (negative) {
          AddBeforeTrailingSpaces('>', out);
        } else {
          out->append("  ");
        }
        break;
      case Kind::kUnknown: break;
    }
  }
  DropLonePoint(out);
}

}  // namespace firesteel
