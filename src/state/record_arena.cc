#include "state/record_arena.h"

#include <new>

namespace firesteel {
namespace {

// A free block keeps the sizes of its last record, so that its own size is known, and behind them
// the two links of its list.
struct FreeLinks {
  RecordRef previous;
  RecordRef next;
};

FreeLinks ReadLinks(const char* block, uint32_t header_bytes) {
  FreeLinks links;
  std::memcpy(&links, block + header_bytes, sizeof(links));
  return links;
}

void WriteLinks(char* block, uint32_t header_bytes, FreeLinks links) {
  std::memcpy(block + header_bytes, &links, sizeof(links));
}

}  // namespace

RecordArena::RecordArena() : bases_(1, nullptr), chunks_(1), free_lists_(kFreeLists, 0) {}

int RecordArena::FreeList(uint64_t units) {
  if (units <= kExactUnits) return static_cast<int>(units);
  const int power = std::bit_width(units) - 1;
  const int step = static_cast<int>((units >> (power - kStepBits)) & ((1 << kStepBits) - 1));
  return static_cast<int>(kExactUnits) + 1 + ((power - 6) << kStepBits) + step;
}

RecordRef RecordArena::Allocate(uint32_t key_size, uint32_t value_size) {
  const uint64_t units = BlockUnits(key_size, value_size);
  RecordRef ref = 0;
  if (units > kBigUnits) {
    ref = AllocateBig(units);
  } else if (const RecordRef free = free_lists_[FreeList(units)]; free != 0) {
    Unlink(free, units);
    ref = free;
    // The next record of this size goes there.
    PrefetchAll(free_lists_[FreeList(units)]);
  } else {
    ref = AllocateFresh(static_cast<uint32_t>(units));
  }
  if (ref == 0) return 0;
  ChunkOf(ref).used_units += static_cast<uint32_t>(units);
  used_units_ += static_cast<int64_t>(units);
  char* record = At(ref);
  std::memcpy(record, &key_size, sizeof(key_size));
  std::memcpy(record + sizeof(key_size), &value_size, sizeof(value_size));
  return ref;
}

RecordRef RecordArena::AllocateFresh(uint32_t units) {
  if (current_ == 0 || chunks_[current_].filled_units + units > chunks_[current_].capacity_units) {
    const size_t number = FindChunkNumbers(1);
    if (number == 0) return 0;
    // Grows with the arena: 4 KiB for the first chunks, a fifth of all then, at most 1 MiB.
    const uint64_t wanted =
        std::max<uint64_t>(kFirstChunkUnits, allocated_bytes_ / kUnitBytes / 4);
    if (!MakeChunk(number, 1, std::clamp<uint64_t>(wanted, units, kChunkUnits))) return 0;
    const size_t full = current_;
    current_ = number;
    const bool settle = full != 0 && chunks_[full].used_units == 0 && !keep_chunks_;
    if (settle) SettleEmptyChunk(full);
  }
  Chunk& chunk = chunks_[current_];
  const RecordRef ref = static_cast<RecordRef>(current_ << kChunkBits) + chunk.filled_units;
  chunk.filled_units += units;
  filled_units_ += units;
  return ref;
}

RecordRef RecordArena::AllocateBig(uint64_t units) {
  const size_t span = (units + kChunkUnits - 1) / kChunkUnits;
  const size_t number = FindChunkNumbers(span);
  if (number == 0 || !MakeChunk(number, span, units)) return 0;
  // A record of 4 GiB and more is refused before it comes here.
  chunks_[number].filled_units = static_cast<uint32_t>(units);
  filled_units_ += static_cast<int64_t>(units);
  return static_cast<RecordRef>(number << kChunkBits);
}

size_t RecordArena::FindChunkNumbers(size_t count) {
  size_t run = 0;
  for (size_t number = 1; number < chunks_.size(); ++number) {
    if (chunks_[number].memory != nullptr) {
      number += chunks_[number].span - 1;
      run = 0;
    } else if (++run == count) {
      return number + 1 - count;
    }
  }
  const size_t first = chunks_.size() - run;
  if (first + count > kMaxChunks) return 0;
  chunks_.resize(first + count);
  bases_.resize(first + count, nullptr);
  return first;
}

bool RecordArena::MakeChunk(size_t number, size_t span, uint64_t units) {
  Chunk& chunk = chunks_[number];
  chunk.memory.reset(new (std::nothrow) char[units * kUnitBytes]);
  if (chunk.memory == nullptr) return false;
  chunk.capacity_units = static_cast<uint32_t>(units);
  chunk.filled_units = 0;
  chunk.used_units = 0;
  chunk.span = static_cast<uint32_t>(span);
  chunk.evacuated = false;
  bases_[number] = chunk.memory.get();
  allocated_bytes_ += static_cast<int64_t>(units * kUnitBytes);
  return true;
}

void RecordArena::ReleaseChunk(size_t number) {
  Chunk& chunk = chunks_[number];
  allocated_bytes_ -= int64_t{chunk.capacity_units} * kUnitBytes;
  filled_units_ -= chunk.filled_units;
  chunk = Chunk();
  bases_[number] = nullptr;
}

void RecordArena::Free(RecordRef ref) {
  const size_t number = ref >> kChunkBits;
  Chunk& chunk = chunks_[number];
  char* record = At(ref);
  const uint64_t units = BlockUnits(record);
  chunk.used_units -= static_cast<uint32_t>(units);
  used_units_ -= static_cast<int64_t>(units);
  const uint32_t word = KeySize(record) | kFreeFlag;
  std::memcpy(record, &word, sizeof(word));
  if (units <= kBigUnits && !chunk.evacuated) PushFree(ref, units);
  if (chunk.used_units == 0 && !keep_chunks_) SettleEmptyChunk(number);
}

// Gives an empty chunk back, or starts it anew when it is the one being filled.
void RecordArena::SettleEmptyChunk(size_t number) {
  Chunk& chunk = chunks_[number];
  const bool big = chunk.filled_units > kBigUnits && BlockUnits(bases_[number]) > kBigUnits;
  if (!big && !chunk.evacuated) UnlinkFreeBlocks(number);
  if (number != current_) {
    ReleaseChunk(number);
    return;
  }
  filled_units_ -= chunk.filled_units;
  chunk.filled_units = 0;
}

void RecordArena::KeepChunks(bool keep) {
  keep_chunks_ = keep;
  if (keep) return;
  for (size_t number = 1; number < chunks_.size(); ++number) {
    const Chunk& chunk = chunks_[number];
    if (chunk.memory != nullptr && chunk.used_units == 0) SettleEmptyChunk(number);
  }
}

void RecordArena::PushFree(RecordRef ref, uint64_t units) {
  RecordRef& head = free_lists_[FreeList(units)];
  WriteLinks(At(ref), kHeaderBytes, {.previous = 0, .next = head});
  if (head != 0) {
    FreeLinks links = ReadLinks(At(head), kHeaderBytes);
    links.previous = ref;
    WriteLinks(At(head), kHeaderBytes, links);
  }
  head = ref;
}

void RecordArena::Unlink(RecordRef ref, uint64_t units) {
  const FreeLinks links = ReadLinks(At(ref), kHeaderBytes);
  if (links.previous == 0) {
    free_lists_[FreeList(units)] = links.next;
  } else {
    FreeLinks before = ReadLinks(At(links.previous), kHeaderBytes);
    before.next = links.next;
    WriteLinks(At(links.previous), kHeaderBytes, before);
  }
  if (links.next != 0) {
    FreeLinks after = ReadLinks(At(links.next), kHeaderBytes);
    after.previous = links.previous;
    WriteLinks(At(links.next), kHeaderBytes, after);
  }
}

void RecordArena::UnlinkFreeBlocks(size_t number) {
  const RecordRef base = static_cast<RecordRef>(number << kChunkBits);
  for (uint32_t offset = 0; offset < chunks_[number].filled_units;) {
    const char* block = At(base + offset);
    const uint64_t units = BlockUnits(block);
    if ((KeyWord(block) & kFreeFlag) != 0) Unlink(base + offset, units);
    offset += static_cast<uint32_t>(units);
  }
}

RecordRef RecordArena::Next(RecordRef* position, RecordRef end) const {
  while (*position < end) {
    const size_t number = *position >> kChunkBits;
    const Chunk& chunk = chunks_[number];
    if (chunk.memory == nullptr || (*position & kOffsetMask) >= chunk.filled_units) {
      *position = static_cast<RecordRef>((number + 1) << kChunkBits);
      continue;
    }
    const RecordRef ref = *position;
    const char* block = At(ref);
    const uint64_t units = BlockUnits(block);
    const size_t after = units > kBigUnits ? (number + chunk.span) << kChunkBits : ref + units;
    *position = static_cast<RecordRef>(after);
    if ((KeyWord(block) & kFreeFlag) == 0) return ref;
  }
  return 0;
}

int RecordArena::SparseChunk() const {
  // Below a chunk's size there is nothing to gain.
  if (filled_units_ - used_units_ < std::max<int64_t>(used_units_, kChunkUnits)) return -1;
  int sparsest = -1;
  double lowest = 0.5;
  for (size_t number = 1; number < chunks_.size(); ++number) {
    const Chunk& chunk = chunks_[number];
    if (chunk.memory == nullptr || chunk.span > 1 || number == current_) continue;
    const double share = static_cast<double>(chunk.used_units) / chunk.capacity_units;
    if (share >= lowest) continue;
    lowest = share;
    sparsest = static_cast<int>(number);
  }
  return sparsest;
}

std::vector<RecordRef> RecordArena::Evacuate(int chunk) {
  const size_t number = static_cast<size_t>(chunk);
  if (!chunks_[number].evacuated) UnlinkFreeBlocks(number);
  chunks_[number].evacuated = true;
  std::vector<RecordRef> records;
  RecordRef position = static_cast<RecordRef>(number << kChunkBits);
  const RecordRef end = static_cast<RecordRef>((number + 1) << kChunkBits);
  for (RecordRef ref = Next(&position, end); ref != 0; ref = Next(&position, end)) {
    records.push_back(ref);
  }
  return records;
}

}  // namespace firesteel
