#pragma once

namespace firesteel {

/// What may differ from strict JSON. The defaults are those of Spark's reader.
struct JsonSyntax {
  bool allow_comments = false;                          ///< /* */ and //
  bool allow_unquoted_field_names = false;              ///< {a: 1}
  bool allow_single_quotes = true;                      ///< {'a': 'x'}
  bool allow_numeric_leading_zeros = false;             ///< 007
  bool allow_backslash_escaping_any_character = false;  ///< "\q" is "q"
  bool allow_unquoted_control_characters = false;       ///< a tab inside of a string
  bool allow_non_numeric_numbers = true;                ///< NaN, Infinity, -INF …

  /// Whether a value wanted as text keeps its blanks and the form of its numbers.
  bool keep_nested_text = true;
  /// Containers inside of each other, and digits of one number; beyond is malformed.
  static constexpr int kDeepest = 1000;
  static constexpr int kMostDigits = 1000;
};

}  // namespace firesteel
