#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "state/state_store.h"

namespace firesteel {

/// The providers of one run of a query, made on first use and kept between its batches, and the one
/// thread that maintains them. Thread-safe.
class StateStoreCoordinator {
 public:
  explicit StateStoreCoordinator(CheckpointFileManager* files);
  ~StateStoreCoordinator();  ///< ends the maintenance thread

  /// Returns the provider of `id`, making it with `options` the first time.
  Result<StateStoreProvider*> GetProvider(const StateStoreId& id, const StateStoreOptions& options);
  /// Asks for a round of maintenance in the background; returns at once. A failure is logged and
  /// tried again after the next batch: no answer depends on it.
  void ScheduleMaintenance();
  /// Waits until the maintenance asked for so far has run. For tests and a clean stop.
  void DrainMaintenance();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace firesteel
