#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "types/decimal.h"

namespace firesteel {

/// The format of to_number and to_char: `[MI|S] [$] (0|9|G|,)… [.|D (0|9)…] [$] [PR|MI|S]`. An
/// immutable value.
class NumberPicture {
 public:
  /// `format` in any case. Errors: INVALID_FORMAT.*.
  static Result<NumberPicture> Make(std::string_view format);

  /// The decimal type that holds what the format can.
  int precision() const { return integer_digits_ + fraction_digits_; }
  int scale() const { return fraction_digits_; }

  /// Reads a text; the result has `scale()` digits behind the point. False when it does not match.
  bool Parse(std::string_view text, int128_t* unscaled) const;
  /// Writes a number; digits that do not fit make every digit `#`.
  void Format(int128_t unscaled, int scale, std::string* out) const;

 private:
  enum class Kind { kDigits, kPoint, kDollar, kSign, kMinus, kOpen, kClose, kUnknown };
  /// Digits between separators: at most so many, or exactly so many.
  struct DigitRun {
    int count;
    bool exact;
    bool separator;  ///< stands for a thousands separator
  };
  struct Token {
    Kind kind;
    std::vector<DigitRun> runs;  ///< of kDigits, left to right
  };

  void Read(std::string_view format);
  void AddDigits(char first, int count, bool behind_point);
  Status Check(std::string_view format) const;
  Status CheckSeparators(std::string_view format) const;
  Status CheckCountsAndOrder(std::string_view format) const;
  int Find(Kind kind) const;
  void WriteDigits(const Token& token, bool behind_point, std::string_view digits, bool overflow,
                   std::string* out) const;

  std::vector<Token> tokens_;
  int integer_digits_ = 0;
  int fraction_digits_ = 0;
};

}  // namespace firesteel
