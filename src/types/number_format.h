#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace firesteel {

/// A buffer that every float's and double's text fits into.
inline constexpr size_t kFloatingTextSize = 32;
/// Write the shortest text that reads back as the same number (for large whole numbers a longer
/// one, as Java 17 does), in the form of Java's Double.toString: `0.001`, `1.0E7`, `-Infinity`,
/// `NaN`. Return the length.
size_t FormatDouble(double value, char* out);
size_t FormatFloat(float value, char* out);

/// Parse as Java's Double.parseDouble does, plus Spark's words for infinity and NaN: spaces around,
/// a sign, decimal or hexadecimal digits with an exponent, a trailing d or f. nullopt for other
/// text.
std::optional<double> ParseDouble(std::string_view text);
std::optional<float> ParseFloat(std::string_view text);

}  // namespace firesteel
