#include "state/prefix_index.h"

#include <algorithm>
#include <cstring>

namespace firesteel {
namespace {

// The value of a prefix in the map: refs, then zeros, which are room for more. (Refs in the arena
// are aligned by 8 bytes with the record, but not behind a key, so they are copied in and out.)
class RefList {
 public:
  explicit RefList(std::string_view bytes) : refs_(bytes.size() / sizeof(RecordRef)) {
    std::memcpy(refs_.data(), bytes.data(), bytes.size());
  }
  std::vector<RecordRef>& refs() { return refs_; }
  size_t used() const {
    const auto is_used = [](RecordRef ref) { return ref != 0; };
    return std::partition_point(refs_.begin(), refs_.end(), is_used) - refs_.begin();
  }
  size_t PositionOf(RecordRef ref) const {
    return std::find(refs_.begin(), refs_.end(), ref) - refs_.begin();
  }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(refs_.data()), refs_.size() * sizeof(RecordRef)};
  }

 private:
  std::vector<RecordRef> refs_;
};

}  // namespace

Status PrefixIndex::Add(std::string_view key, RecordRef ref) {
  ARROW_RETURN_NOT_OK(key_shape_.Prefix(key, columns_, &prefix_));
  const uint32_t hash = HashStateKey(prefix_);
  const RecordRef found = map_.Find(prefix_, hash);
  RecordRef made = 0;
  if (found == 0) {
    made = map_.Insert(prefix_, hash, {reinterpret_cast<const char*>(&ref), sizeof(ref)});
  } else {
    RefList list(map_.arena().Value(found));
    const size_t used = list.used();
    if (used == list.refs().size()) list.refs().resize(2 * used);
    list.refs()[used] = ref;
    made = map_.Replace(found, hash, list.bytes());
  }
  return made != 0 ? Status::OK() : Status::OutOfMemory("The index of the state is full.");
}

RecordRef PrefixIndex::FindList(std::string_view key, uint32_t* hash) {
  // The key was added, so its prefix can be taken.
  (void)key_shape_.Prefix(key, columns_, &prefix_);
  *hash = HashStateKey(prefix_);
  return map_.Find(prefix_, *hash);
}

void PrefixIndex::Remove(std::string_view key, RecordRef ref) {
  uint32_t hash = 0;
  const RecordRef found = FindList(key, &hash);
  RefList list(map_.arena().Value(found));
  const size_t last = list.used() - 1;
  if (last == 0) {
    map_.Erase(found, hash);
    return;
  }
  std::vector<RecordRef>& refs = list.refs();
  refs[list.PositionOf(ref)] = refs[last];
  refs[last] = 0;
  // Keeps its size, so that this needs no memory and cannot fail.
  map_.Replace(found, hash, list.bytes());
}

void PrefixIndex::Move(std::string_view key, RecordRef from, RecordRef to) {
  uint32_t hash = 0;
  const RecordRef found = FindList(key, &hash);
  RefList list(map_.arena().Value(found));
  list.refs()[list.PositionOf(from)] = to;
  map_.Replace(found, hash, list.bytes());
}

std::vector<RecordRef> PrefixIndex::Find(std::string_view prefix_row) const {
  const RecordRef found = map_.Find(prefix_row, HashStateKey(prefix_row));
  if (found == 0) return {};
  RefList list(map_.arena().Value(found));
  list.refs().resize(list.used());
  return std::move(list.refs());
}

}  // namespace firesteel
