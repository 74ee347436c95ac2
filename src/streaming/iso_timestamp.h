#pragma once

#include <cstdint>
#include <string>

namespace firesteel {

/// Renders milliseconds since 1970 as progress reports do: `2016-12-14T18:45:24.873Z`.
std::string IsoTimestamp(int64_t epoch_ms);

}  // namespace firesteel
