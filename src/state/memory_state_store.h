#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "checkpoint/checkpoint_file_manager.h"
#include "state/state_file.h"
#include "state/state_files.h"
#include "state/state_store.h"
#include "state/versioned_map.h"

namespace firesteel {

/// The provider that NewMemoryStateStoreProvider makes. One map holds the current version; the one
/// before is reached by rolling back, all others are loaded from files:
///
///   <directory>/<V>.delta     what version V changed
///   <directory>/<V>.snapshot  all of version V, for some V
///
/// Thread-safe. The task of a partition (one at a time) and the maintenance thread meet here:
/// `mutex_` is held for look-ups in the members and for loading, never while a batch's file or a
/// snapshot is written.
class MemoryStateStoreProvider final : public StateStoreProvider {
 public:
  static Result<std::unique_ptr<StateStoreProvider>> Make(StateStoreId id,
                                                          StateStoreOptions options,
                                                          CheckpointFileManager* files);

  Result<std::unique_ptr<StateStore>> GetStore(int64_t version) override;
  Status DoMaintenance() override;

  // For the store that is open.
  const StateStoreId& id() const { return id_; }
  VersionedMap* map() { return map_.get(); }
  /// Writes the delta of `version` + 1 and makes that the current one.
  Status CommitAfter(int64_t version);
  /// Takes back what the open store has changed.
  void RollBackOpen();
  void CloseStore();
  StateStoreMetrics metrics() const;

 private:
  MemoryStateStoreProvider(StateStoreId id, StateStoreOptions options, StateFileFormat format,
                           CheckpointFileManager* files);

  std::unique_ptr<VersionedMap> MakeMap() const;
  // The following are called with mutex_ held.
  Status MakeCurrent(int64_t version);
  Status LoadFromFiles(int64_t version);
  /// Returns the number of records.
  Result<int64_t> ReadFileInto(int64_t version, StateFileKind kind, VersionedMap* map) const;
  Result<std::unique_ptr<VersionedMap>> LoadFrom(int64_t base, int64_t version) const;
  bool SnapshotIsDue() const;
  void AbandonSnapshot(std::unique_lock<std::mutex>* lock);

  Status PrepareDirectory();
  Status WriteDelta(int64_t version);
  Status TakeSnapshot();
  Result<bool> WriteSnapshot(VersionedMap* map, int64_t version);
  Status RemoveSuperseded();
  Status RemoveFile(StateFiles::File file);

  const StateStoreId id_;
  const StateStoreOptions options_;
  const StateFileFormat format_;
  const std::string directory_;
  CheckpointFileManager* const files_;

  // Held by the maintenance for as long as a round takes; taken before mutex_.
  std::mutex maintenance_mutex_;

  mutable std::mutex mutex_;
  std::unique_ptr<VersionedMap> map_;  // null until a version was loaded
  int64_t current_version_ = -1;       // of map_; -1 is none
  bool open_ = false;
  bool listed_ = false;
  StateFiles state_files_;           // valid once listed_
  int64_t last_snapshot_ = 0;        // from which current_version_ can be loaded
  int64_t current_keys_ = 0;         // of current_version_
  int64_t changes_ = 0;              // in the deltas between these two, roughly
  int64_t changes_in_snapshot_ = 0;  // those of them that the snapshot begun holds
  bool snapshot_wanted_ = false;     // to be begun by the next commit
  int64_t snapshot_version_ = -1;    // of the snapshot begun in map_; -1 is none
  int64_t hits_ = 0;
  int64_t misses_ = 0;

  std::atomic<bool> snapshot_abandoned_{false};
  bool directory_ready_ = false;  // used by the task only
};

}  // namespace firesteel
