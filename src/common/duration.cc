#include "common/duration.h"

#include <charconv>
#include <limits>
#include <utility>

namespace firesteel {

std::optional<int64_t> ParseDurationMs(std::string_view text) {
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"", 1},         {"ms", 1},        {"s", 1000},      {"m", 60'000},
      {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  int64_t count = 0;
  const char* const behind = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), behind, count);
  if (error != std::errc() || count < 0) return std::nullopt;
  std::string_view unit(end, behind - end);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const auto& [name, milliseconds] : kUnits) {
    if (unit != name) continue;
    if (count > std::numeric_limits<int64_t>::max() / milliseconds) return std::nullopt;
    return count * milliseconds;
  }
  return std::nullopt;
}

}  // namespace firesteel
