#pragma once

#include <cstdint>
#include <string>

namespace firesteel {

/// Returns a random (version 4) UUID in lower case, from the system's entropy. Thread-safe.
std::string NewUuid();

}  // namespace firesteel
