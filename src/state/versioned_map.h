#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "state/byte_map.h"
#include "state/prefix_index.h"
#include "state/snapshot_walk.h"
#include "state/state_store.h"
#include "state/time_index.h"
#include "state/undo_log.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// One entry of a state file; without a value it is a removal.
struct StateRecord {
  std::string_view key;
  std::optional<std::string_view> value;
};

/// The content of a state store, with a version that is being changed, the one before it within
/// reach through an undo log, and at most one snapshot being read by another thread.
///
/// One thread at a time uses the methods of the first two groups (the task that has the store
/// open). Those of the third may be called by another thread at any time: only they and the changes
/// of the map lock, reading does not.
class VersionedMap {
 public:
  /// `prefix_columns` > 0 asks for an index over that many leading columns of the key.
  /// With a `time_of` there is an index over the times of entries.
  VersionedMap(UnsafeRowShape key_shape, int prefix_columns, EntryTime time_of = nullptr);

  using Visitor = std::function<Result<bool>(std::string_view key, std::string_view value)>;

  void GetBatch(const EncodedRows& keys,
                std::vector<std::optional<std::string_view>>* values) const;
  void FindBatch(const EncodedRows& keys, int64_t first, std::vector<StateEntry>* entries) const;
  Status Scan(const Visitor& visit) const;
  /// NotImplemented without an index.
  Status PrefixScan(std::string_view prefix_row, const Visitor& visit) const;

  /// NotImplemented without times.
  Status FindUpTo(int64_t bound, std::vector<StateEntry>* entries);

  Status PutBatch(const EncodedRows& keys, const EncodedRows& values);
  Status PutFound(const std::vector<StateEntry>& entries, const EncodedRows& keys,
                  const EncodedRows& values);
  Status OverwriteFound(const std::vector<StateEntry>& entries, const EncodedRows& values);
  Status IncrementBatch(const EncodedRows& keys, std::vector<int64_t>* before);
  Status RemoveBatch(const EncodedRows& keys);
  Status RemoveFound(const std::vector<StateEntry>& entries);
  /// Applies records of a file; there is no way back from them.
  Status Load(const std::vector<StateRecord>& records);

  /// Appends some of the changes of this version, framed as in a delta: per key the last value, or
  /// a removal if the version before had the key. Start with `*position` = 0; false when the last
  /// were appended. After the first call nothing may be changed before KeepVersion or RollBack.
  bool NextDeltaPiece(size_t* position, std::string* plain);
  /// Makes what was changed part of the version that is kept, and gives memory back.
  void KeepVersion();
  /// Takes back what was changed since the last KeepVersion.
  Status RollBack();
  /// Takes back the last version that was kept. Only right after KeepVersion, and only if that
  /// version did not change so much that the way back was not worth its memory.
  Status RollBackKept();
  bool CanRollBackKept() const { return kept_undo_valid_; }

  /// Starts to read a snapshot of the last version kept. False when it was changed since, or while
  /// a walk is under way.
  bool BeginSnapshot();
  /// Appends some of the snapshot's records; false when the last were appended.
  bool NextSnapshotPiece(std::string* plain);
  /// Ends the snapshot, read to its end or not. Returns what is to be appended to it.
  std::vector<std::string> EndSnapshot();

  int64_t keys() const { return map_.size(); }
  /// How many changes this version has made so far, roughly: a key may count more than once.
  int64_t changes() const { return undo_.entries(); }
  int64_t memory_bytes() const;

 private:
  static constexpr int kGroup = 64;  // keys hashed and prefetched together

  Status CheckSizes(const EncodedRows& keys, const EncodedRows& values) const;
  Status CheckSizes(const EncodedRows& rows) const;
  void PrefetchGroup(const uint32_t* hashes, int64_t count) const;
  // Hash and prefetch up to kGroup keys from `first` on; returns how many.
  int64_t PrepareGroup(const EncodedRows& keys, int64_t first, uint32_t* hashes) const;
  // The same for entries that were found.
  size_t PrefetchFound(const std::vector<StateEntry>& entries, size_t first) const;
  // Change one key. `logged`: note how to take it back. `ref`: its record, 0 when there is none.
  // The views come first, so that they are handed over in registers: on the stack they would be
  // read in one piece right after they were written in two, which waits.
  Status Put(std::string_view key, std::string_view value, uint32_t hash, bool logged) {
    return PutAt(key, value, map_.Find(key, hash), hash, logged);
  }
  Status PutAt(std::string_view key, std::string_view value, RecordRef ref, uint32_t hash,
               bool logged);
  Status Remove(std::string_view key, uint32_t hash, bool logged) {
    const RecordRef ref = map_.Find(key, hash);
    return ref == 0 ? Status::OK() : RemoveAt(ref, hash, logged);
  }
  Status RemoveAt(RecordRef ref, uint32_t hash, bool logged);
  Status Add(std::string_view key, std::string_view value, uint32_t hash, bool marked);
  Status BeforeChange(RecordRef ref, uint32_t hash, bool logged);
  std::optional<int64_t> TimeAt(RecordRef ref) const {
    return time_of_(map_.arena().Key(ref), map_.arena().Value(ref));
  }
  StateEntry EntryAt(RecordRef ref, uint32_t hash) const {
    return {
        .ref = ref, .hash = hash, .key = map_.arena().Key(ref), .value = map_.arena().Value(ref)};
  }
  void AddTime(RecordRef ref, uint32_t hash);
  void AddTime(const std::optional<int64_t>& time, RecordRef ref, uint32_t hash) {
    if (time) times_.Add({*time, ref, hash});
  }
  bool IsStale(const TimeIndex::Entry& entry) const;
  void TidyTimes();
  void AppendChange(const UndoLog::Entry& entry, bool in_place, std::string* plain);
  Status Play(const UndoLog& undo);
  Status TakeBack(const UndoLog::Entry& entry);

  // Guards the map's content against the thread that reads a snapshot: held for every change, and
  // for every piece of a snapshot. A mark on a record says that this version has changed it.
  std::mutex mutex_;
  ByteMap map_;
  std::optional<PrefixIndex> index_;
  const EntryTime time_of_;  // null: there are no times
  TimeIndex times_;
  bool times_scanned_ = false;  // since the last version was kept
  UndoLog undo_;       // of the version being changed
  UndoLog kept_undo_;  // of the last version kept
  bool kept_undo_valid_ = false;
  std::unique_ptr<SnapshotWalk> walk_;
};

}  // namespace firesteel
