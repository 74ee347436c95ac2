#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "common/prefetch.h"

namespace firesteel {

/// Where a record lies in a RecordArena, in units of 8 bytes; 0 is no record.
using RecordRef = uint32_t;

/// The memory of the records of a hash map: big chunks instead of one allocation per record, and
/// four bytes instead of a pointer to name one (so at most 32 GiB). A record is
///
///   [key size, 30 bits; flags, 2 bits][value size, 32 bits][key][value]
///
/// in a block whose size follows from the record's. A freed block waits in the list of its size for
/// the next record of that size; a chunk without records is given back. Records never move by
/// themselves (see ByteMap::Compact). Not thread-safe.
class RecordArena {
 public:
  RecordArena();
  RecordArena(const RecordArena&) = delete;
  RecordArena& operator=(const RecordArena&) = delete;

  /// Makes room for a record and writes its sizes. Returns 0 when memory or the 32 GiB are used up.
  RecordRef Allocate(uint32_t key_size, uint32_t value_size);
  void Free(RecordRef ref);

  /// Whether a record of the first sizes can become one of the second where it lies.
  static bool SameBlock(uint32_t key_size, uint32_t value_size, uint32_t new_value_size) {
    return BlockUnits(key_size, value_size) == BlockUnits(key_size, new_value_size);
  }

  std::string_view Key(RecordRef ref) const {
    const char* record = At(ref);
    return {record + kHeaderBytes, KeySize(record)};
  }
  std::string_view Value(RecordRef ref) const {
    const char* record = At(ref);
    return {record + kHeaderBytes + KeySize(record), ValueSize(record)};
  }
  char* MutableKey(RecordRef ref) { return At(ref) + kHeaderBytes; }
  char* MutableValue(RecordRef ref) {
    char* record = At(ref);
    return record + kHeaderBytes + KeySize(record);
  }
  void SetValueSize(RecordRef ref, uint32_t value_size) {
    std::memcpy(At(ref) + sizeof(uint32_t), &value_size, sizeof(value_size));
  }

  /// A mark that the owner may use as it likes; a new record has none.
  bool IsMarked(RecordRef ref) const { return (KeyWord(At(ref)) & kMarkFlag) != 0; }
  void SetMark(RecordRef ref, bool marked) {
    char* record = At(ref);
    const uint32_t word = KeyWord(record);
    const uint32_t changed = marked ? word | kMarkFlag : word & ~kMarkFlag;
    std::memcpy(record, &changed, sizeof(changed));
  }

  /// Whether a marked record with this key lies at `ref`, where one lay since KeepChunks is on.
  bool IsMarkedRecord(RecordRef ref, std::string_view key) const {
    const char* record = At(ref);
    return KeyWord(record) == (static_cast<uint32_t>(key.size()) | kMarkFlag) && Key(ref) == key;
  }

  void Prefetch(RecordRef ref) const { PrefetchMemory(At(ref)); }
  /// Prefetches more of a record, for what lies behind its first columns. `ref` may be one that was
  /// given back with its chunk.
  void PrefetchAll(RecordRef ref) const {
    const char* base = bases_[ref >> kChunkBits];
    if (base == nullptr) return;
    PrefetchMemory(base + BytesIn(ref));
    PrefetchMemory(base + BytesIn(ref) + kCacheLineBytes);
  }

  /// Steps through the records in the order of their refs. Start with `*position` = 0; returns 0 at
  /// the end. Allocating or freeing records meanwhile is allowed as long as KeepChunks is on.
  RecordRef Next(RecordRef* position, RecordRef end) const;
  /// A ref that is greater than that of every record.
  RecordRef End() const { return static_cast<RecordRef>(chunks_.size() << kChunkBits); }
  /// While on, no chunk is given back, so that positions stay valid.
  void KeepChunks(bool keep);

  /// Returns a chunk that is worth emptying, because at most half of it is in use and more than
  /// half of the whole arena is not; -1 if there is none.
  int SparseChunk() const;
  /// Takes the free blocks of `chunk` out of use, lists its records, and gives it back when the
  /// caller has freed them.
  std::vector<RecordRef> Evacuate(int chunk);

  int64_t allocated_bytes() const { return allocated_bytes_; }
  int64_t used_bytes() const { return used_units_ * kUnitBytes; }

  static constexpr uint32_t kMaxKeyBytes = (1u << 30) - 1;

 private:
  static constexpr uint32_t kUnitBytes = 8;
  static constexpr uint32_t kHeaderBytes = 8;
  static constexpr int kChunkBits = 17;  // in units: 1 MiB
  static constexpr uint32_t kChunkUnits = 1u << kChunkBits;
  static constexpr uint32_t kOffsetMask = kChunkUnits - 1;
  // One less than there could be: End() must be a ref as well.
  static constexpr size_t kMaxChunks = (size_t{1} << (32 - kChunkBits)) - 1;
  static constexpr uint32_t kFirstChunkUnits = 512;  // small state stays small: 4 KiB
  static constexpr uint32_t kBigUnits = kChunkUnits / 8;  // bigger ones get chunks of their own
  static constexpr size_t kCacheLineBytes = 64;
  static constexpr uint32_t kFreeFlag = 1u << 31;
  static constexpr uint32_t kMarkFlag = 1u << 30;
  static constexpr uint32_t kKeyMask = kMarkFlag - 1;
  static constexpr uint32_t kExactUnits = 64;  // up to here every size has its own list
  static constexpr int kStepBits = 3;          // above: 8 sizes per power of two
  static constexpr int kFreeLists = 64 + 1 + (kChunkBits << kStepBits);

  struct Chunk {
    std::unique_ptr<char[]> memory;
    uint32_t capacity_units = 0;
    uint32_t filled_units = 0;  // handed out so far, freed blocks included
    uint32_t used_units = 0;    // in records
    uint32_t span = 1;          // chunk numbers that a big record occupies
    bool evacuated = false;     // its free blocks are in no list
  };

  static uint32_t KeyWord(const char* record) {
    uint32_t word;
    std::memcpy(&word, record, sizeof(word));
    return word;
  }
  static uint32_t KeySize(const char* record) { return KeyWord(record) & kKeyMask; }
  static uint32_t ValueSize(const char* record) {
    uint32_t size;
    std::memcpy(&size, record + sizeof(uint32_t), sizeof(size));
    return size;
  }
  static uint64_t BlockUnits(uint32_t key_size, uint32_t value_size) {
    const uint64_t units =
        (uint64_t{kHeaderBytes} + key_size + value_size + kUnitBytes - 1) / kUnitBytes;
    // A free block holds two links.
    if (units <= kExactUnits) return std::max<uint64_t>(units, 2);
    if (units > kBigUnits) return units;
    const uint64_t step = std::bit_floor(units) >> kStepBits;
    return (units + step - 1) / step * step;
  }
  static uint64_t BlockUnits(const char* record) {
    return BlockUnits(KeySize(record), ValueSize(record));
  }
  static int FreeList(uint64_t units);

  char* At(RecordRef ref) { return bases_[ref >> kChunkBits] + BytesIn(ref); }
  const char* At(RecordRef ref) const { return bases_[ref >> kChunkBits] + BytesIn(ref); }
  static size_t BytesIn(RecordRef ref) { return size_t{ref & kOffsetMask} * kUnitBytes; }
  Chunk& ChunkOf(RecordRef ref) { return chunks_[ref >> kChunkBits]; }

  RecordRef AllocateBig(uint64_t units);
  RecordRef AllocateFresh(uint32_t units);
  /// Finds `count` unused chunk numbers in a row; 0 when there are none.
  size_t FindChunkNumbers(size_t count);
  bool MakeChunk(size_t number, size_t span, uint64_t units);
  void ReleaseChunk(size_t number);
  void PushFree(RecordRef ref, uint64_t units);
  void Unlink(RecordRef ref, uint64_t units);
  void UnlinkFreeBlocks(size_t number);
  void SettleEmptyChunk(size_t number);

  std::vector<char*> bases_;   // of every chunk number, for At
  std::vector<Chunk> chunks_;  // number 0 is never used, so that no record has the ref 0
  std::vector<RecordRef> free_lists_;
  size_t current_ = 0;  // the chunk that fresh blocks come from; 0 is none
  bool keep_chunks_ = false;
  int64_t allocated_bytes_ = 0;
  int64_t filled_units_ = 0;
  int64_t used_units_ = 0;
};

}  // namespace firesteel
