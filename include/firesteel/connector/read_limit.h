#pragma once

#include <cstdint>
#include <variant>

namespace firesteel {

/// How much of what is there a batch may take.
struct ReadAllAvailable {};
struct ReadMaxRows {
  int64_t rows = 0;
};
struct ReadMaxFiles {
  int64_t files = 0;
};
struct ReadMaxBytes {
  int64_t bytes = 0;
};
using ReadLimit = std::variant<ReadAllAvailable, ReadMaxRows, ReadMaxFiles, ReadMaxBytes>;

}  // namespace firesteel
