#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "state/record_arena.h"

namespace firesteel {

/// Hashes keys of a ByteMap, eight bytes at a time. The seed differs from process to process, so
/// that nobody can prepare keys that collide; nothing durable depends on the hash.
uint32_t HashStateKey(std::string_view key);
/// Hashes `count` keys that lie one behind the other: key i is bytes[offsets[i], offsets[i + 1]).
void HashStateKeys(const char* bytes, const int64_t* offsets, int64_t count, uint32_t* hashes);

/// A hash map from bytes to bytes: open addressing with linear probing over slots of eight bytes
/// (hash and ref), the records in a RecordArena. Callers hash the keys themselves, many at a time,
/// and prefetch. Not thread-safe.
class ByteMap {
 public:
  ByteMap();

  /// Returns the record of `key`, 0 when there is none.
  RecordRef Find(std::string_view key, uint32_t hash) const;
  /// Adds a key that is not there. Returns 0 when memory is used up; then nothing has changed.
  RecordRef Insert(std::string_view key, uint32_t hash, std::string_view value);
  /// Gives the record `ref` another value, which must not lie in this map. Returns where the record
  /// lies now, 0 when memory is used up; then nothing has changed. A mark goes along.
  RecordRef Replace(RecordRef ref, uint32_t hash, std::string_view value);
  void Erase(RecordRef ref, uint32_t hash);
  /// Whether there is a record at `ref` whose key has this hash. `ref` may be any number.
  bool Holds(RecordRef ref, uint32_t hash) const;

  /// Makes room for `count` more keys, so that adding them moves no slot.
  void Reserve(int64_t count);
  /// Two steps of prefetching: the slots of a hash, then the record that the first slot names.
  void PrefetchSlot(uint32_t hash) const { PrefetchMemory(&slots_[Home(hash)]); }
  void PrefetchRecord(uint32_t hash) const {
    const Slot& slot = slots_[Home(hash)];
    if (slot.ref != 0 && slot.hash == hash) arena_.Prefetch(slot.ref);
  }

  /// Gives memory back after many removals, a bounded amount of work per call. Records may move;
  /// `on_move` is told.
  void Compact(const std::function<void(RecordRef from, RecordRef to)>& on_move);

  int64_t size() const { return size_; }
  int64_t memory_bytes() const {
    return arena_.allocated_bytes() + static_cast<int64_t>(slots_.size() * sizeof(Slot));
  }
  RecordArena& arena() { return arena_; }
  const RecordArena& arena() const { return arena_; }

 private:
  struct Slot {
    uint32_t hash = 0;
    RecordRef ref = 0;  // 0 is an empty slot
  };

  // The upper bits, so that slots stay in the order of the hash when the table grows.
  size_t Home(uint32_t hash) const { return hash >> shift_; }
  size_t FindSlot(RecordRef ref, uint32_t hash) const;
  void Resize(int slot_bits);

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  int shift_ = 0;  // 32 - log2(number of slots)
  int64_t size_ = 0;
  RecordArena arena_;
};

}  // namespace firesteel
