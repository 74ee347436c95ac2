#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "firesteel/types.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// Which store: `state/<operator_id>/<partition>[/<store_name>]` under the checkpoint. The name is
/// "" for the default store.
struct StateStoreId {
  std::string checkpoint_root;  ///< …/state
  int operator_id = 0;
  int partition = 0;
  std::string store_name = "";

  std::string Directory() const;
  auto operator<=>(const StateStoreId&) const = default;
};

struct StateStoreMetrics {
  int64_t keys = 0;
  int64_t memory_bytes = 0;
  int64_t loaded_maps_hits = 0;
  int64_t loaded_maps_misses = 0;
};

/// An entry that a store has found: it can be changed or removed without being looked for again,
/// until the entry itself is put or removed in another way. The views are valid until the next
/// change of the store.
struct StateEntry {
  uint32_t ref = 0;   ///< where it lies; 0: there is no such entry
  uint32_t hash = 0;  ///< of the key
  std::string_view key;
  std::string_view value;
};

/// The time of an entry, nothing if it has none; called for every entry that is put.
using EntryTime =
    std::function<std::optional<int64_t>(std::string_view key, std::string_view value)>;

/// One version of one partition's state, being changed. Keys and values are UnsafeRow bytes.
/// Obtained from StateStoreProvider::GetStore(version), ended by Commit or Abort; destroying it
/// aborts. Not thread-safe: one task at a time.
class StateStore {
 public:
  virtual ~StateStore() = default;

  virtual const StateStoreId& id() const = 0;
  /// The version that was loaded.
  virtual int64_t version() const = 0;

  /// Looks up every key; `(*values)[i]` is nullopt when there is none. The views stay valid until
  /// the next change of the store.
  virtual Status GetBatch(const EncodedRows& keys,
                          std::vector<std::optional<std::string_view>>* values) = 0;
  /// As GetBatch, for entries that are to be changed or removed then: appends those of the keys
  /// from `first` on. The entry of a key that is not there has a hash only.
  virtual Status FindBatch(const EncodedRows& keys, int64_t first,
                           std::vector<StateEntry>* entries) = 0;
  virtual Status PutBatch(const EncodedRows& keys, const EncodedRows& values) = 0;
  /// Puts keys, all different, whose entries FindBatch gave since the last change of the store.
  virtual Status PutFound(const std::vector<StateEntry>& entries, const EncodedRows& keys,
                          const EncodedRows& values) = 0;
  /// Gives entries that were found other values, of the sizes that the old ones have.
  virtual Status OverwriteFound(const std::vector<StateEntry>& entries,
                                const EncodedRows& values) = 0;
  /// For a store whose values are one LONG: adds one to the value of each key, in order, 0 if there
  /// was none, and writes what it was before to `*before`. Errors: STATE_STORE_INVALID_ROW for a
  /// value that is no number or would overflow.
  virtual Status IncrementBatch(const EncodedRows& keys, std::vector<int64_t>* before) = 0;
  virtual Status RemoveBatch(const EncodedRows& keys) = 0;
  /// Removes entries that were found, each of them named once.
  virtual Status RemoveFound(const std::vector<StateEntry>& entries) = 0;
  /// Calls `visit` for every entry, in no order, until it returns false. The store must not be
  /// changed meanwhile.
  virtual Status Scan(const std::function<Result<bool>(std::string_view key,
                                                       std::string_view value)>& visit) = 0;
  /// As Scan for the keys whose encoded form starts with `prefix` rows' columns (the first
  /// `numColsPrefixKey` columns of the key schema); NotImplemented for stores without prefix.
  virtual Status PrefixScan(std::string_view prefix_row,
                            const std::function<Result<bool>(std::string_view key,
                                                             std::string_view value)>& visit) = 0;

  /// Finds the entries whose time (StateStoreOptions::time_of) is at or before `bound`, in no
  /// order; costs what these entries cost, not what the store holds. NotImplemented for stores
  /// without times.
  virtual Status FindUpTo(int64_t bound, std::vector<StateEntry>* entries) = 0;

  /// Writes version()+1 durably (replacing a file of a failed attempt) and makes it the current
  /// one. Returns the new version.
  virtual Result<int64_t> Commit() = 0;
  /// Rolls back; never copies the map.
  virtual void Abort() = 0;
  virtual StateStoreMetrics metrics() const = 0;
};

/// What a store holds and how it is written.
struct StateStoreOptions {
  Schema key_schema;
  Schema value_schema;
  int prefix_columns = 0;                ///< leading key columns that PrefixScan looks for
  /// What FindUpTo goes by; may be null. Kept in memory only: nothing in the files depends on it.
  EntryTime time_of = nullptr;
  std::string compression_codec = "lz4";
  /// Whether every row in the files carries a checksum (`stateStore.rowChecksum.enabled`); fixed by
  /// the checkpoint.
  bool row_checksum = false;
  int64_t minimum_deltas_for_snapshot = 10;
  int64_t minimum_batches_to_retain = 100;
};

/// All versions of one partition's state. Thread-safe; at most one StateStore is open at a time.
class StateStoreProvider {
 public:
  virtual ~StateStoreProvider() = default;
  /// Loads `version` (0 is empty): from memory when it is the current one or the one before, else
  /// from the newest snapshot and the deltas after it. Errors: CANNOT_LOAD_STATE_STORE.*.
  virtual Result<std::unique_ptr<StateStore>> GetStore(int64_t version) = 0;
  /// Writes a snapshot when enough deltas have gathered and removes files no longer needed. Called
  /// in the background; must not stop the writer for longer than it takes to mark a version.
  virtual Status DoMaintenance() = 0;
};

class CheckpointFileManager;

/// Spark's default provider, HDFSBackedStateStoreProvider: a hash map in memory, one `<V>.delta` per
/// version and now and then a `<V>.snapshot`. See checkpoint formats in state/README.md.
Result<std::unique_ptr<StateStoreProvider>> NewMemoryStateStoreProvider(
    StateStoreId id, StateStoreOptions options, CheckpointFileManager* files);

}  // namespace firesteel
