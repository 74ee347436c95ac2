#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "firesteel/observation.h"

namespace firesteel {

/// What the copies of an Observation share. Thread-safe.
struct Observation::State {
  explicit State(std::string name_of_all) : name(std::move(name_of_all)) {}

  /// True the first time: for the one frame that it observes.
  bool Claim();
  /// Takes what a run saw. The first success stays; before it, the last error.
  void Receive(const Result<Row>& row);

  const std::string name;
  std::mutex mutex;
  std::condition_variable changed;
  bool claimed = false;                    // guarded by mutex
  std::optional<Result<Metrics>> metrics;  // guarded by mutex
};

}  // namespace firesteel
