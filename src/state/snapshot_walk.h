#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "state/record_arena.h"
#include "state/state_record.h"

namespace firesteel {

/// The state of one walk over a map while its owner goes on changing it: it yields what the map
/// held when the walk began. Records are read in the order of their place in the arena. Before the
/// owner changes or frees a record that is still ahead, its old content is put aside; a record that
/// is made at a place ahead is skipped. So the owner is held up only by the copies of what it
/// changes.
/// Not thread-safe: the map's owner locks around every call.
class SnapshotWalk {
 public:
  explicit SnapshotWalk(const RecordArena& arena) : end_(arena.End()) {}

  /// Call before the record `ref` is changed or freed.
  void BeforeChange(const RecordArena& arena, RecordRef ref) {
    if (!IsAhead(ref) || !Mark(ref)) return;
    if (aside_.empty() || aside_.back().size() >= kPieceBytes) aside_.emplace_back();
    AppendPut(arena.Key(ref), arena.Value(ref), &aside_.back());
  }
  /// Call when a record was made at `ref`.
  void AfterBirth(RecordRef ref) {
    if (IsAhead(ref)) Mark(ref);
  }

  /// Appends some of the records to `plain`, framed as in a snapshot; false when the last were
  /// appended. The work of one call is bounded.
  bool NextPiece(const RecordArena& arena, std::string* plain) {
    const size_t limit = plain->size() + kPieceBytes;
    for (int scanned = 0; scanned < kRecordsPerPiece && plain->size() < limit; ++scanned) {
      const RecordRef ref = arena.Next(&position_, end_);
      if (ref == 0) return false;
      if (!IsMarked(ref)) AppendPut(arena.Key(ref), arena.Value(ref), plain);
    }
    return true;
  }
  /// What was put aside, framed as well. Final when NextPiece has returned false.
  std::vector<std::string> TakeAside() { return std::move(aside_); }

 private:
  static constexpr size_t kPieceBytes = 128 * 1024;
  static constexpr int kRecordsPerPiece = 8192;
  static constexpr int kPageBits = 12;

  bool IsAhead(RecordRef ref) const { return ref >= position_ && ref < end_; }
  bool IsMarked(RecordRef ref) const {
    const size_t page = ref >> kPageBits;
    if (page >= pages_.size() || pages_[page] == nullptr) return false;
    const uint32_t bit = ref & ((1u << kPageBits) - 1);
    return (pages_[page][bit / 64] >> (bit % 64) & 1) != 0;
  }
  // Returns whether the mark is new.
  bool Mark(RecordRef ref) {
    const size_t page = ref >> kPageBits;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (pages_[page] == nullptr) {
      pages_[page] = std::make_unique<uint64_t[]>((1u << kPageBits) / 64);
    }
    const uint32_t bit = ref & ((1u << kPageBits) - 1);
    uint64_t& word = pages_[page][bit / 64];
    const uint64_t mask = uint64_t{1} << (bit % 64);
    const bool fresh = (word & mask) == 0;
    word |= mask;
    return fresh;
  }

  const RecordRef end_;
  RecordRef position_ = 0;
  std::vector<std::unique_ptr<uint64_t[]>> pages_;  // a bit per ref: not to be yielded any more
  std::vector<std::string> aside_;
};

}  // namespace firesteel
