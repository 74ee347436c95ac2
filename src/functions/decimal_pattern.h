#pragma once

#include <string>
#include <string_view>

#include "firesteel/error.h"

namespace firesteel {

/// The digits of a number without sign: 0.`digits` × 10^`point`. Zero has no digits.
struct DecimalDigits {
  std::string digits;
  int point = 0;
};

/// Reads an integer's digits that stand `scale` places too far left.
DecimalDigits DigitsOfUnscaled(std::string_view unscaled, int scale);

/// A number format as Java's DecimalFormat has it: `#,##0.00`, `0.0##E0`, `0.0%;(0.0%)`. An
/// immutable value. Rounds half to even.
class DecimalPattern {
 public:
  /// Errors: two decimal points, an exponent without digits, …
  static Result<DecimalPattern> Make(std::string_view pattern);
  /// Groups of three and `fraction_digits` digits behind the point.
  static DecimalPattern Grouped(int fraction_digits);

  void AppendDouble(double value, std::string* out) const;
  /// For numbers whose digits are all known.
  void AppendExact(bool negative, DecimalDigits number, std::string* out) const;

 private:
  friend class DecimalPatternReader;
  void AppendSigned(bool negative, const DecimalDigits& number, std::string* out) const;
  void AppendPlain(const DecimalDigits& number, std::string* out) const;
  void AppendScientific(const DecimalDigits& number, std::string* out) const;

  std::string prefix_;
  std::string suffix_;
  std::string negative_prefix_ = "-";
  std::string negative_suffix_;
  int power_of_ten_ = 0;  // 2 for percent, 3 for per mille
  int min_integer_ = 0;
  int max_integer_ = 0;  // of scientific numbers only
  int min_fraction_ = 0;
  int max_fraction_ = 0;
  int group_ = 0;
  int min_exponent_ = 0;  // 0: not scientific
  bool always_point_ = false;
};

}  // namespace firesteel
