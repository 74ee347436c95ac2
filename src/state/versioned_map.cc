#include "state/versioned_map.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/error.h"
#include "fmt/format.h"
#include "state/state_record.h"

namespace firesteel {
namespace {

// The log of the version before is kept for free up to this size.
constexpr int64_t kSmallLogBytes = 64 * 1024;

// What one lock holds up the other thread for, at most.
constexpr size_t kDeltaPieceBytes = 128 * 1024;

// The files have signed 32-bit sizes; one value must also leave room for its key.
constexpr int64_t kMaxRowBytes = RecordArena::kMaxKeyBytes;

Status OutOfMemory() {
  return Status::OutOfMemory(
      "The state of one partition does not fit in memory, or is larger than 32 GiB. Use more "
      "partitions.");
}

Status NotANumber() {
  return MakeError("STATE_STORE_INVALID_ROW",
                   {{"reason", "a value of the state is not the number it should be"}});
}

}  // namespace

VersionedMap::VersionedMap(UnsafeRowShape key_shape, int prefix_columns, EntryTime time_of)
    : time_of_(std::move(time_of)) {
  if (prefix_columns > 0) index_.emplace(std::move(key_shape), prefix_columns);
  map_.arena().KeepChunks(true);
}

void VersionedMap::PrefetchGroup(const uint32_t* hashes, int64_t count) const {
  for (int64_t i = 0; i < count; ++i) map_.PrefetchSlot(hashes[i]);
  for (int64_t i = 0; i < count; ++i) map_.PrefetchRecord(hashes[i]);
}

int64_t VersionedMap::PrepareGroup(const EncodedRows& keys, int64_t first, uint32_t* hashes) const {
  const int64_t size = std::min<int64_t>(kGroup, keys.size() - first);
  HashStateKeys(keys.bytes.data(), keys.offsets.data() + first, size, hashes);
  PrefetchGroup(hashes, size);
  return size;
}

size_t VersionedMap::PrefetchFound(const std::vector<StateEntry>& entries, size_t first) const {
  const size_t end = std::min(entries.size(), first + kGroup);
  for (size_t i = first; i < end; ++i) {
    map_.PrefetchSlot(entries[i].hash);
    if (entries[i].ref != 0) map_.arena().PrefetchAll(entries[i].ref);
  }
  return end;
}

void VersionedMap::GetBatch(const EncodedRows& keys,
                            std::vector<std::optional<std::string_view>>* values) const {
  const int64_t count = keys.size();
  values->assign(static_cast<size_t>(count), std::nullopt);
  uint32_t hashes[kGroup];
  for (int64_t first = 0; first < count; first += kGroup) {
    const int64_t size = PrepareGroup(keys, first, hashes);
    for (int64_t i = 0; i < size; ++i) {
      const RecordRef ref = map_.Find(keys[first + i], hashes[i]);
      if (ref != 0) (*values)[first + i] = map_.arena().Value(ref);
    }
  }
}

void VersionedMap::FindBatch(const EncodedRows& keys, int64_t first,
                             std::vector<StateEntry>* entries) const {
  const int64_t count = keys.size();
  const size_t wanted = entries->size() + static_cast<size_t>(count - first);
  // By doubling: a caller may come with many small batches.
  if (wanted > entries->capacity()) entries->reserve(std::max(wanted, 2 * entries->capacity()));
  uint32_t hashes[kGroup];
  for (; first < count; first += kGroup) {
    const int64_t size = PrepareGroup(keys, first, hashes);
    for (int64_t i = 0; i < size; ++i) {
      const RecordRef ref = map_.Find(keys[first + i], hashes[i]);
      entries->push_back(ref != 0 ? EntryAt(ref, hashes[i])
                                  : StateEntry{.ref = 0, .hash = hashes[i], .key = {}, .value = {}});
    }
  }
}

Status VersionedMap::Scan(const Visitor& visit) const {
  const RecordArena& arena = map_.arena();
  RecordRef position = 0;
  for (RecordRef ref = arena.Next(&position, arena.End()); ref != 0;
       ref = arena.Next(&position, arena.End())) {
    ARROW_ASSIGN_OR_RAISE(const bool more, visit(arena.Key(ref), arena.Value(ref)));
    if (!more) break;
  }
  return Status::OK();
}

Status VersionedMap::PrefixScan(std::string_view prefix_row, const Visitor& visit) const {
  if (!index_.has_value()) {
    return Status::NotImplemented("This state store was made without prefix columns.");
  }
  for (const RecordRef ref : index_->Find(prefix_row)) {
    ARROW_ASSIGN_OR_RAISE(const bool more, visit(map_.arena().Key(ref), map_.arena().Value(ref)));
    if (!more) break;
  }
  return Status::OK();
}

Status VersionedMap::FindUpTo(int64_t bound, std::vector<StateEntry>* entries) {
  entries->clear();
  if (!time_of_) return Status::NotImplemented("This state store was made without times.");
  times_scanned_ = true;
  const std::vector<TimeIndex::Entry>& due = times_.Due(bound);
  entries->reserve(due.size());
  RecordRef last = 0;
  for (size_t first = 0; first < due.size(); first += kGroup) {
    const size_t end = std::min(due.size(), first + kGroup);
    for (size_t i = first; i < end; ++i) {
      map_.PrefetchSlot(due[i].hash);
      map_.arena().PrefetchAll(due[i].ref);
    }
    for (size_t i = first; i < end; ++i) {
      const TimeIndex::Entry& entry = due[i];
      if (entry.time > bound || entry.ref == last || IsStale(entry)) continue;
      last = entry.ref;
      entries->push_back(EntryAt(last, entry.hash));
    }
  }
  return Status::OK();
}

void VersionedMap::AddTime(RecordRef ref, uint32_t hash) {
  AddTime(TimeAt(ref), ref, hash);
}

bool VersionedMap::IsStale(const TimeIndex::Entry& entry) const {
  return !map_.Holds(entry.ref, entry.hash) || TimeAt(entry.ref) != entry.time;
}

// Drops what was found by the scans of this version and then removed. Records that went in other
// ways leave their entries behind; when these are more than the records, all are made anew.
void VersionedMap::TidyTimes() {
  constexpr int64_t kSpare = 1024;
  if (std::exchange(times_scanned_, false)) {
    times_.DropDue([this](const TimeIndex::Entry& entry) { return IsStale(entry); },
                   [this](const TimeIndex::Entry& entry) { map_.PrefetchSlot(entry.hash); });
  }
  if (times_.size() <= 2 * map_.size() + kSpare) return;
  times_.Clear();
  RecordRef position = 0;
  for (RecordRef ref = map_.arena().Next(&position, map_.arena().End()); ref != 0;
       ref = map_.arena().Next(&position, map_.arena().End())) {
    AddTime(ref, HashStateKey(map_.arena().Key(ref)));
  }
}

Status VersionedMap::CheckSizes(const EncodedRows& rows) const {
  if (static_cast<int64_t>(rows.bytes.size()) <= kMaxRowBytes) return Status::OK();
  for (int64_t i = 0; i < rows.size(); ++i) {
    if (rows.offsets[i + 1] - rows.offsets[i] <= kMaxRowBytes) continue;
    return Status::CapacityError(
        fmt::format("A row of {} bytes is too large for the state; the limit is {} bytes.",
                    rows.offsets[i + 1] - rows.offsets[i], kMaxRowBytes));
  }
  return Status::OK();
}

Status VersionedMap::CheckSizes(const EncodedRows& keys, const EncodedRows& values) const {
  if (values.size() != keys.size()) {
    return InternalError(
        fmt::format("{} keys but {} values for the state.", keys.size(), values.size()));
  }
  ARROW_RETURN_NOT_OK(CheckSizes(keys));
  return CheckSizes(values);
}

Status VersionedMap::PutBatch(const EncodedRows& keys, const EncodedRows& values) {
  const int64_t count = keys.size();
  ARROW_RETURN_NOT_OK(CheckSizes(keys, values));
  const std::lock_guard lock(mutex_);
  uint32_t hashes[kGroup];
  for (int64_t first = 0; first < count; first += kGroup) {
    const int64_t size = PrepareGroup(keys, first, hashes);
    for (int64_t i = 0; i < size; ++i) {
      ARROW_RETURN_NOT_OK(Put(keys[first + i], values[first + i], hashes[i], /*logged=*/true));
    }
  }
  return Status::OK();
}

Status VersionedMap::PutFound(const std::vector<StateEntry>& entries, const EncodedRows& keys,
                              const EncodedRows& values) {
  if (entries.size() != static_cast<size_t>(keys.size())) {
    return InternalError(
        fmt::format("{} entries but {} keys for the state.", entries.size(), keys.size()));
  }
  ARROW_RETURN_NOT_OK(CheckSizes(keys, values));
  const std::lock_guard lock(mutex_);
  // Before anything is added: a table that grew would move the slots that are on their way.
  map_.Reserve(std::count_if(entries.begin(), entries.end(),
                             [](const StateEntry& entry) { return entry.ref == 0; }));
  for (size_t first = 0; first < entries.size(); first += kGroup) {
    const size_t end = PrefetchFound(entries, first);
    for (size_t i = first; i < end; ++i) {
      const auto row = static_cast<int64_t>(i);
      ARROW_RETURN_NOT_OK(
          PutAt(keys[row], values[row], entries[i].ref, entries[i].hash, /*logged=*/true));
    }
  }
  return Status::OK();
}

// A value of another size would need another block, and the entry that was found no longer be one.
Status VersionedMap::OverwriteFound(const std::vector<StateEntry>& entries,
                                    const EncodedRows& values) {
  if (values.size() != static_cast<int64_t>(entries.size())) {
    return InternalError(
        fmt::format("{} entries but {} values for the state.", entries.size(), values.size()));
  }
  const std::lock_guard lock(mutex_);
  for (size_t first = 0; first < entries.size(); first += kGroup) {
    const size_t end = PrefetchFound(entries, first);
    for (size_t i = first; i < end; ++i) {
      const StateEntry& entry = entries[i];
      const std::string_view value = values[static_cast<int64_t>(i)];
      if (value.size() != map_.arena().Value(entry.ref).size()) {
        return InternalError("A value of the state is overwritten by one of another size.");
      }
      ARROW_RETURN_NOT_OK(PutAt(map_.arena().Key(entry.ref), value, entry.ref, entry.hash,
                                /*logged=*/true));
    }
  }
  return Status::OK();
}

Status VersionedMap::IncrementBatch(const EncodedRows& keys, std::vector<int64_t>* before) {
  // A row of one LONG: a word of null bits, then the number.
  constexpr size_t kWordBytes = sizeof(int64_t);
  char number[2 * kWordBytes] = {};
  const int64_t count = keys.size();
  ARROW_RETURN_NOT_OK(CheckSizes(keys));
  before->assign(static_cast<size_t>(count), 0);
  const std::lock_guard lock(mutex_);
  uint32_t hashes[kGroup];
  for (int64_t first = 0; first < count; first += kGroup) {
    const int64_t size = PrepareGroup(keys, first, hashes);
    for (int64_t i = 0; i < size; ++i) {
      const std::string_view key = keys[first + i];
      int64_t& old_number = (*before)[first + i];
      const RecordRef ref = map_.Find(key, hashes[i]);
      if (ref != 0) {
        const std::string_view value = map_.arena().Value(ref);
        if (value.size() != sizeof(number)) return NotANumber();
        std::memcpy(&old_number, value.data() + kWordBytes, kWordBytes);
      }
      int64_t new_number;
      if (__builtin_add_overflow(old_number, 1, &new_number)) return NotANumber();
      std::memcpy(number + kWordBytes, &new_number, kWordBytes);
      ARROW_RETURN_NOT_OK(PutAt(key, {number, sizeof(number)}, ref, hashes[i], /*logged=*/true));
    }
  }
  return Status::OK();
}

Status VersionedMap::RemoveBatch(const EncodedRows& keys) {
  const int64_t count = keys.size();
  const std::lock_guard lock(mutex_);
  uint32_t hashes[kGroup];
  for (int64_t first = 0; first < count; first += kGroup) {
    const int64_t size = PrepareGroup(keys, first, hashes);
    for (int64_t i = 0; i < size; ++i) {
      ARROW_RETURN_NOT_OK(Remove(keys[first + i], hashes[i], /*logged=*/true));
    }
  }
  return Status::OK();
}

Status VersionedMap::RemoveFound(const std::vector<StateEntry>& entries) {
  const std::lock_guard lock(mutex_);
  for (size_t first = 0; first < entries.size(); first += kGroup) {
    const size_t end = PrefetchFound(entries, first);
    for (size_t i = first; i < end; ++i) {
      ARROW_RETURN_NOT_OK(RemoveAt(entries[i].ref, entries[i].hash, /*logged=*/true));
    }
  }
  return Status::OK();
}

Status VersionedMap::Load(const std::vector<StateRecord>& records) {
  const std::lock_guard lock(mutex_);
  uint32_t hashes[kGroup];
  for (size_t first = 0; first < records.size(); first += kGroup) {
    const size_t size = std::min<size_t>(kGroup, records.size() - first);
    for (size_t i = 0; i < size; ++i) hashes[i] = HashStateKey(records[first + i].key);
    PrefetchGroup(hashes, static_cast<int64_t>(size));
    for (size_t i = 0; i < size; ++i) {
      const StateRecord& record = records[first + i];
      ARROW_RETURN_NOT_OK(record.value.has_value()
                              ? Put(record.key, *record.value, hashes[i], /*logged=*/false)
                              : Remove(record.key, hashes[i], /*logged=*/false));
    }
  }
  return Status::OK();
}

Status VersionedMap::BeforeChange(RecordRef ref, uint32_t hash, bool logged) {
  if (walk_ != nullptr) walk_->BeforeChange(map_.arena(), ref);
  if (logged && !map_.arena().IsMarked(ref)) {
    if (!undo_.Append(hash, ref, map_.arena().Key(ref), map_.arena().Value(ref))) {
      return OutOfMemory();
    }
    map_.arena().SetMark(ref, true);
  }
  return Status::OK();
}

Status VersionedMap::Add(std::string_view key, std::string_view value, uint32_t hash,
                         bool marked) {
  const RecordRef ref = map_.Insert(key, hash, value);
  if (ref == 0) return OutOfMemory();
  if (index_.has_value()) {
    if (const Status added = index_->Add(key, ref); !added.ok()) {
      map_.Erase(ref, hash);
      return added;
    }
  }
  // Not from the record: reading what was written a moment ago waits for the memory it went to.
  if (time_of_) AddTime(time_of_(key, value), ref, hash);
  map_.arena().SetMark(ref, marked);
  if (marked) undo_.SetLastRef(ref);
  if (walk_ != nullptr) walk_->AfterBirth(ref);
  return Status::OK();
}

Status VersionedMap::PutAt(std::string_view key, std::string_view value, RecordRef ref,
                           uint32_t hash, bool logged) {
  if (ref == 0) {
    // An entry of a key that is then not added does no harm.
    if (logged && !undo_.Append(hash, /*ref=*/0, key, std::nullopt)) return OutOfMemory();
    return Add(key, value, hash, logged);
  }
  ARROW_RETURN_NOT_OK(BeforeChange(ref, hash, logged));
  const std::optional<int64_t> old_time = time_of_ ? TimeAt(ref) : std::nullopt;
  const RecordRef now = map_.Replace(ref, hash, value);
  if (now == 0) return OutOfMemory();
  if (time_of_ && (now != ref || TimeAt(now) != old_time)) AddTime(now, hash);
  if (now != ref) {
    if (walk_ != nullptr) walk_->AfterBirth(now);
    if (index_.has_value()) index_->Move(key, ref, now);
  }
  return Status::OK();
}

Status VersionedMap::RemoveAt(RecordRef ref, uint32_t hash, bool logged) {
  ARROW_RETURN_NOT_OK(BeforeChange(ref, hash, logged));
  if (index_.has_value()) index_->Remove(map_.arena().Key(ref), ref);
  map_.Erase(ref, hash);
  return Status::OK();
}

// A key that was removed and put again has several entries in the log, but its record one mark.
// `in_place`: whether the record lies where it lay when it was logged, with its mark.
void VersionedMap::AppendChange(const UndoLog::Entry& entry, bool in_place, std::string* plain) {
  const RecordRef ref = in_place ? entry.ref : map_.Find(entry.key, entry.hash);
  if (ref != 0) {
    if (!in_place && !map_.arena().IsMarked(ref)) return;
    map_.arena().SetMark(ref, false);
    AppendPut(entry.key, map_.arena().Value(ref), plain);
  } else if (entry.old_value.has_value()) {
    AppendRemoval(entry.key, plain);
  }
}

bool VersionedMap::NextDeltaPiece(size_t* position, std::string* plain) {
  const std::lock_guard lock(mutex_);
  UndoLog::Entry group[kGroup];
  bool in_place[kGroup];
  const size_t limit = plain->size() + kDeltaPieceBytes;
  while (plain->size() < limit) {
    int count = 0;
    while (count < kGroup && undo_.Next(position, &group[count])) {
      if (group[count].ref != 0) map_.arena().PrefetchAll(group[count].ref);
      ++count;
    }
    if (count == 0) return false;
    // Most records are found where they were; only the others need the slots.
    for (int i = 0; i < count; ++i) {
      const UndoLog::Entry& entry = group[i];
      in_place[i] = entry.ref != 0 && map_.arena().IsMarkedRecord(entry.ref, entry.key);
      if (!in_place[i]) map_.PrefetchSlot(entry.hash);
    }
    for (int i = 0; i < count; ++i) {
      // A key may be in the group twice: the first entry clears the mark.
      AppendChange(group[i], in_place[i] && map_.arena().IsMarked(group[i].ref), plain);
    }
  }
  return true;
}

void VersionedMap::KeepVersion() {
  const std::lock_guard lock(mutex_);
  std::swap(undo_, kept_undo_);
  undo_.Clear();
  kept_undo_.Shrink();
  // Going back a version is rare. After one that changed much of the map, loading the files again
  // takes little longer than that change took, and the log would take as much memory as the map.
  kept_undo_valid_ =
      kept_undo_.memory_bytes() <= std::max(kSmallLogBytes, map_.memory_bytes() / 4);
  if (!kept_undo_valid_) kept_undo_.Clear();
  if (time_of_) TidyTimes();
  if (walk_ != nullptr) return;
  map_.arena().KeepChunks(false);
  map_.Compact([this](RecordRef from, RecordRef to) {
    if (index_.has_value()) index_->Move(map_.arena().Key(to), from, to);
    if (time_of_) AddTime(to, HashStateKey(map_.arena().Key(to)));
  });
  map_.arena().KeepChunks(true);
  if (index_.has_value()) index_->Compact();
}

// Runs backwards, so that the oldest entry of a key has the last word.
Status VersionedMap::Play(const UndoLog& undo) {
  const std::vector<size_t> positions = undo.Positions();
  UndoLog::Entry group[kGroup];
  uint32_t hashes[kGroup];
  for (size_t left = positions.size(); left > 0;) {
    int count = 0;
    for (; count < kGroup && left > 0; ++count) {
      size_t position = positions[--left];
      undo.Next(&position, &group[count]);
      hashes[count] = group[count].hash;
    }
    PrefetchGroup(hashes, count);
    for (int i = 0; i < count; ++i) ARROW_RETURN_NOT_OK(TakeBack(group[i]));
  }
  return Status::OK();
}

Status VersionedMap::TakeBack(const UndoLog::Entry& entry) {
  if (!entry.old_value.has_value()) return Remove(entry.key, entry.hash, /*logged=*/false);
  ARROW_RETURN_NOT_OK(Put(entry.key, *entry.old_value, entry.hash, /*logged=*/false));
  map_.arena().SetMark(map_.Find(entry.key, entry.hash), false);
  return Status::OK();
}

Status VersionedMap::RollBack() {
  const std::lock_guard lock(mutex_);
  ARROW_RETURN_NOT_OK(Play(undo_));
  undo_.Clear();
  return Status::OK();
}

Status VersionedMap::RollBackKept() {
  const std::lock_guard lock(mutex_);
  if (!kept_undo_valid_ || !undo_.empty()) {
    return InternalError("There is no version to roll back.");
  }
  kept_undo_valid_ = false;
  ARROW_RETURN_NOT_OK(Play(kept_undo_));
  kept_undo_.Clear();
  return Status::OK();
}

bool VersionedMap::BeginSnapshot() {
  const std::lock_guard lock(mutex_);
  if (walk_ != nullptr || !undo_.empty()) return false;
  walk_ = std::make_unique<SnapshotWalk>(map_.arena());
  return true;
}

bool VersionedMap::NextSnapshotPiece(std::string* plain) {
  const std::lock_guard lock(mutex_);
  return walk_->NextPiece(map_.arena(), plain);
}

std::vector<std::string> VersionedMap::EndSnapshot() {
  const std::lock_guard lock(mutex_);
  // Chunks are given back by the owner's thread, at the next KeepVersion: it reads without a lock.
  const std::unique_ptr<SnapshotWalk> ended = std::move(walk_);
  return ended->TakeAside();
}

int64_t VersionedMap::memory_bytes() const {
  return map_.memory_bytes() + undo_.memory_bytes() + kept_undo_.memory_bytes() +
         (index_.has_value() ? index_->memory_bytes() : 0) + times_.memory_bytes();
}

}  // namespace firesteel
