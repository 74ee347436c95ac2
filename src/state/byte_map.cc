#include "state/byte_map.h"

#include <bit>
#include <cstring>
#include <string>
#include <utility>

#include "common/random.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

namespace firesteel {
namespace {

constexpr int kMinSlotBits = 4;
constexpr int kMaxSlotBits = 32;

// Chunks emptied per call of Compact: about a millisecond each.
constexpr int kChunksPerCompact = 2;

XXH64_hash_t Seed() {
  static const XXH64_hash_t seed = [] {
    const std::string uuid = NewUuid();
    return XXH64(uuid.data(), uuid.size(), 0);
  }();
  return seed;
}

inline uint32_t Hash(const char* key, size_t size, XXH64_hash_t seed) {
  return static_cast<uint32_t>(XXH3_64bits_withSeed(key, size, seed) >> 32);
}

}  // namespace

uint32_t HashStateKey(std::string_view key) {
  return Hash(key.data(), key.size(), Seed());
}

void HashStateKeys(const char* bytes, const int64_t* offsets, int64_t count, uint32_t* hashes) {
  const XXH64_hash_t seed = Seed();
  for (int64_t i = 0; i < count; ++i) {
    hashes[i] = Hash(bytes + offsets[i], static_cast<size_t>(offsets[i + 1] - offsets[i]), seed);
  }
}

ByteMap::ByteMap() { Resize(kMinSlotBits); }

void ByteMap::Resize(int slot_bits) {
  std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(size_t{1} << slot_bits));
  mask_ = slots_.size() - 1;
  shift_ = 32 - slot_bits;
  for (const Slot& slot : old) {
    if (slot.ref == 0) continue;
    size_t i = Home(slot.hash);
    while (slots_[i].ref != 0) i = (i + 1) & mask_;
    slots_[i] = slot;
  }
}

void ByteMap::Reserve(int64_t count) {
  // Three quarters full at most.
  const uint64_t needed = (static_cast<uint64_t>(size_ + count) * 4 + 2) / 3;
  if (needed <= slots_.size()) return;
  Resize(std::min<int>(std::bit_width(needed - 1), kMaxSlotBits));
}

RecordRef ByteMap::Find(std::string_view key, uint32_t hash) const {
  for (size_t i = Home(hash); slots_[i].ref != 0; i = (i + 1) & mask_) {
    if (slots_[i].hash == hash && arena_.Key(slots_[i].ref) == key) return slots_[i].ref;
  }
  return 0;
}

bool ByteMap::Holds(RecordRef ref, uint32_t hash) const {
  size_t i = Home(hash);
  while (slots_[i].ref != 0 && slots_[i].ref != ref) i = (i + 1) & mask_;
  return slots_[i].ref != 0 && slots_[i].hash == hash;
}

size_t ByteMap::FindSlot(RecordRef ref, uint32_t hash) const {
  size_t i = Home(hash);
  while (slots_[i].ref != ref) i = (i + 1) & mask_;
  return i;
}

RecordRef ByteMap::Insert(std::string_view key, uint32_t hash, std::string_view value) {
  Reserve(1);
  const RecordRef ref =
      arena_.Allocate(static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size()));
  if (ref == 0) return 0;
  char* bytes = arena_.MutableKey(ref);
  if (!key.empty()) std::memcpy(bytes, key.data(), key.size());
  if (!value.empty()) std::memcpy(bytes + key.size(), value.data(), value.size());
  size_t i = Home(hash);
  while (slots_[i].ref != 0) i = (i + 1) & mask_;
  slots_[i] = {.hash = hash, .ref = ref};
  ++size_;
  return ref;
}

RecordRef ByteMap::Replace(RecordRef ref, uint32_t hash, std::string_view value) {
  const std::string_view key = arena_.Key(ref);
  const uint32_t key_size = static_cast<uint32_t>(key.size());
  const uint32_t value_size = static_cast<uint32_t>(value.size());
  if (RecordArena::SameBlock(key_size, static_cast<uint32_t>(arena_.Value(ref).size()),
                             value_size)) {
    arena_.SetValueSize(ref, value_size);
    if (!value.empty()) std::memcpy(arena_.MutableValue(ref), value.data(), value.size());
    return ref;
  }
  const RecordRef moved = arena_.Allocate(key_size, value_size);
  if (moved == 0) return 0;
  char* bytes = arena_.MutableKey(moved);
  if (!key.empty()) std::memcpy(bytes, key.data(), key.size());
  if (!value.empty()) std::memcpy(bytes + key.size(), value.data(), value.size());
  arena_.SetMark(moved, arena_.IsMarked(ref));
  slots_[FindSlot(ref, hash)].ref = moved;
  arena_.Free(ref);
  return moved;
}

void ByteMap::Erase(RecordRef ref, uint32_t hash) {
  size_t hole = FindSlot(ref, hash);
  // Moves later slots of the run into the hole, so that no search ends too early and no tombstone
  // stays.
  for (size_t i = (hole + 1) & mask_; slots_[i].ref != 0; i = (i + 1) & mask_) {
    const size_t from_home = (i - Home(slots_[i].hash)) & mask_;
    const size_t from_hole = (i - hole) & mask_;
    if (from_home < from_hole) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = Slot();
  arena_.Free(ref);
  --size_;
}

void ByteMap::Compact(const std::function<void(RecordRef from, RecordRef to)>& on_move) {
  const uint64_t wanted = std::max<uint64_t>(uint64_t{1} << kMinSlotBits, size_ * 2);
  if (wanted * 8 < slots_.size()) Resize(std::bit_width(wanted - 1));
  for (int i = 0; i < kChunksPerCompact; ++i) {
    const int chunk = arena_.SparseChunk();
    if (chunk < 0) return;
    for (const RecordRef ref : arena_.Evacuate(chunk)) {
      const std::string_view key = arena_.Key(ref);
      const std::string_view value = arena_.Value(ref);
      const RecordRef moved =
          arena_.Allocate(static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size()));
      if (moved == 0) return;
      // The views stay valid: allocating moves no chunk.
      std::memcpy(arena_.MutableKey(moved), key.data(), key.size() + value.size());
      arena_.SetMark(moved, arena_.IsMarked(ref));
      slots_[FindSlot(ref, HashStateKey(key))].ref = moved;
      if (on_move) on_move(ref, moved);
      arena_.Free(ref);
    }
  }
}

}  // namespace firesteel
