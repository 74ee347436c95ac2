#include "firesteel/trigger.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "common/error.h"

namespace firesteel {
namespace {

struct Unit {
  std::string_view name;  // singular
  int64_t micros;
};

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr std::array kUnits = {Unit{"week", 7 * 86'400 * kMicrosPerSecond},
                               Unit{"day", 86'400 * kMicrosPerSecond},
                               Unit{"hour", 3'600 * kMicrosPerSecond},
                               Unit{"minute", 60 * kMicrosPerSecond},
                               Unit{"second", kMicrosPerSecond},
                               Unit{"millisecond", 1'000},
                               Unit{"microsecond", 1}};

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    if (IsSpace(c)) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    words.back().push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return words;
}

std::string_view WithoutPlural(std::string_view unit) {
  if (unit.size() > 1 && unit.back() == 's') unit.remove_suffix(1);
  return unit;
}

std::optional<int64_t> MicrosOf(std::string_view unit) {
  const std::string_view singular = WithoutPlural(unit);
  for (const Unit& known : kUnits) {
    if (known.name == singular) return known.micros;
  }
  return std::nullopt;
}

// Reads `12`, `-3` or `1.5` as micros of a unit; a fraction is for seconds only, as in Spark.
std::optional<int64_t> ParseAmount(std::string_view number, int64_t unit_micros) {
  const bool negative = !number.empty() && number.front() == '-';
  if (negative || (!number.empty() && number.front() == '+')) number.remove_prefix(1);
  const size_t point = number.find('.');
  const std::string_view whole = number.substr(0, point);
  int64_t value = 0;
  const auto read = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  if (whole.empty() || read.ec != std::errc() || read.ptr != whole.data() + whole.size()) {
    return std::nullopt;
  }
  int64_t micros = 0;
  if (value < 0 || __builtin_mul_overflow(value, unit_micros, &micros)) return std::nullopt;
  if (point != number.npos) {
    const std::string_view fraction = number.substr(point + 1);
    if (unit_micros != kMicrosPerSecond || fraction.size() > 9) return std::nullopt;
    int64_t scale = kMicrosPerSecond;
    for (const char digit : fraction) {
      if (digit < '0' || digit > '9') return std::nullopt;
      scale /= 10;
      micros += (digit - '0') * scale;
    }
  }
  return negative ? -micros : micros;
}

bool LooksLikeNumber(std::string_view word) {
  return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
         });
}

Result<int64_t> ParseMicros(std::string_view text) {
  const std::string input(text);
  std::vector<std::string> words = SplitWords(text);
  if (!words.empty() && words.front() == "interval") words.erase(words.begin());
  if (words.empty()) {
    return MakeError("INVALID_INTERVAL_FORMAT.INPUT_IS_EMPTY", {{"input", input}});
  }
  int64_t total = 0;
  for (size_t i = 0; i < words.size(); i += 2) {
    const std::string& number = words[i];
    if (!LooksLikeNumber(number)) {
      return MakeError("INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER",
                       {{"input", input}, {"number", number}});
    }
    if (i + 1 == words.size()) {
      return MakeError("INVALID_INTERVAL_FORMAT.MISSING_UNIT",
                       {{"input", input}, {"word", number}});
    }
    const std::string& unit = words[i + 1];
    const std::string_view singular = WithoutPlural(unit);
    if (singular == "month" || singular == "year") {
      return MakeError("_LEGACY_ERROR_TEMP_3262", {{"interval", input}});
    }
    const std::optional<int64_t> unit_micros = MicrosOf(unit);
    if (!unit_micros) {
      return MakeError("INVALID_INTERVAL_FORMAT.INVALID_UNIT", {{"input", input}, {"unit", unit}});
    }
    const std::optional<int64_t> micros = ParseAmount(number, *unit_micros);
    if (!micros || __builtin_add_overflow(total, *micros, &total)) {
      return MakeError("INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER",
                       {{"input", input}, {"number", number}});
    }
  }
  return total;
}

}  // namespace

Trigger Trigger::ProcessingTime(int64_t interval_ms) {
  Trigger trigger;
  trigger.interval_ms_ = std::max<int64_t>(interval_ms, 0);
  return trigger;
}

Result<Trigger> Trigger::ProcessingTime(std::string_view interval) {
  ARROW_ASSIGN_OR_RAISE(const int64_t micros, ParseMicros(interval));
  if (micros < 0) {
    return Status::Invalid("The interval of a trigger must not be negative: ", interval, ".");
  }
  return ProcessingTime(micros / 1000);
}

Trigger Trigger::Once() {
  Trigger trigger;
  trigger.kind_ = Kind::kOnce;
  return trigger;
}

Trigger Trigger::AvailableNow() {
  Trigger trigger;
  trigger.kind_ = Kind::kAvailableNow;
  return trigger;
}

}  // namespace firesteel
