#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "firesteel/testing.h"

namespace firesteel::testing {

/// Chooses at random, the same for the same seed.
class Chooser {
 public:
  explicit Chooser(uint64_t seed) : random_(seed) {}
  /// From 0 to `limit`, exclusive.
  int64_t Below(int64_t limit) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(limit));
  }
  bool Chance(int64_t one_in) { return Below(one_in) == 0; }

 private:
  std::mt19937_64 random_;
};

/// A query over one or two streams of (k STRING, v INT, at TIMESTAMP) whose answer does not depend
/// on how the rows are cut into batches, as long as none is later than ten seconds.
struct RandomQuery {
  std::string text;  ///< what it is, for messages
  int inputs = 1;
  OutputMode mode = OutputMode::kAppend;
  TestStream::Query query;
  bool null_keys = true;  ///< whether NULL keys give the same in batch and stream
};

RandomQuery DrawQuery(Chooser* chooser);

/// Rows at and after this time only end what is before it, and are in no answer.
inline constexpr int64_t kEndSeconds = 7200;

/// The columns of input 0 or 1: the second one's names differ, so that joins can tell them apart.
Schema InputSchema(int input);

}  // namespace firesteel::testing
