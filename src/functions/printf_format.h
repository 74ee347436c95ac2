#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

/// A value given to a format. Text is what `%s` writes.
struct PrintfArgument {
  /// A whole number and its width in bytes, which shows when a negative one is written in
  /// hexadecimal.
  struct Integer {
    int64_t value;
    int bytes;
  };
  /// A float is widened to double, but its text is the float's.
  struct Floating {
    double value;
    bool is_float;
  };
  struct Text {
    std::string_view value;
    bool is_string;  ///< false: the text of something that only `%s` can write
  };
  std::variant<std::monostate, bool, Integer, Floating, Text> value;
};

/// A format string as Java's Formatter has it: `%[index$][flags][width][.precision]conversion`. An
/// immutable value. Java's errors have no condition in Spark; neither have these.
class PrintfFormat {
 public:
  /// Errors: unknown conversions, flags that do not go together.
  static Result<PrintfFormat> Make(std::string_view format);
  /// Appends the text. Errors: an argument is missing, or does not fit its conversion.
  Status Append(const std::vector<PrintfArgument>& arguments, std::string* out) const;

  /// One `%…`, or literal text when `conversion` is 0.
  struct Piece {
    std::string text;  ///< the literal, or the specifier as written, for errors
    char conversion = 0;
    bool upper = false;
    int index = 0;  ///< 0: the next argument, -1: the same as before, else its number
    unsigned flags = 0;
    int width = -1;
    int precision = -1;
  };

 private:
  std::vector<Piece> pieces_;
};

}  // namespace firesteel
