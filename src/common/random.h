#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firesteel {

/// Returns a random (version 4) UUID in lower case, from the system's entropy. Thread-safe.
std::string NewUuid();

/// Whether a text has the form of a UUID, hexadecimal digits of either case.
bool IsUuid(std::string_view text);

}  // namespace firesteel
