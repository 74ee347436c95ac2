#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace firesteel {

/// Reads a length of time as options have it: `7d`, `12 h`, `90min` or `90m`, `30s`, `500ms`; a
/// bare number is of milliseconds. nullopt for any other text, and for what no int64_t can hold.
std::optional<int64_t> ParseDurationMs(std::string_view text);

}  // namespace firesteel
