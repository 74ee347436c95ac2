#include "state/memory_state_store.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "common/logging.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

class MemoryStateStore final : public StateStore {
 public:
  MemoryStateStore(MemoryStateStoreProvider* provider, int64_t version)
      : provider_(provider), version_(version) {}

  ~MemoryStateStore() override { Abort(); }

  const StateStoreId& id() const override { return provider_->id(); }
  int64_t version() const override { return version_; }

  Status GetBatch(const EncodedRows& keys,
                  std::vector<std::optional<std::string_view>>* values) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    provider_->map()->GetBatch(keys, values);
    return Status::OK();
  }

  Status FindBatch(const EncodedRows& keys, int64_t first,
                   std::vector<StateEntry>* entries) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    provider_->map()->FindBatch(keys, first, entries);
    return Status::OK();
  }

  Status PutBatch(const EncodedRows& keys, const EncodedRows& values) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->PutBatch(keys, values);
  }

  Status PutFound(const std::vector<StateEntry>& entries, const EncodedRows& keys,
                  const EncodedRows& values) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->PutFound(entries, keys, values);
  }

  Status OverwriteFound(const std::vector<StateEntry>& entries,
                        const EncodedRows& values) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->OverwriteFound(entries, values);
  }

  Status IncrementBatch(const EncodedRows& keys, std::vector<int64_t>* before) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->IncrementBatch(keys, before);
  }

  Status RemoveBatch(const EncodedRows& keys) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->RemoveBatch(keys);
  }

  Status RemoveFound(const std::vector<StateEntry>& entries) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->RemoveFound(entries);
  }

  Status Scan(const VersionedMap::Visitor& visit) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->Scan(visit);
  }

  Status PrefixScan(std::string_view prefix_row, const VersionedMap::Visitor& visit) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->PrefixScan(prefix_row, visit);
  }

  Status FindUpTo(int64_t bound, std::vector<StateEntry>* entries) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    return provider_->map()->FindUpTo(bound, entries);
  }

  Result<int64_t> Commit() override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    // A failed commit is not tried again: nobody knows what the disk has of it.
    phase_ = Phase::kMustAbort;
    ARROW_RETURN_NOT_OK(provider_->CommitAfter(version_));
    phase_ = Phase::kClosed;
    provider_->CloseStore();
    return version_ + 1;
  }

  void Abort() override {
    if (phase_ == Phase::kClosed) return;
    phase_ = Phase::kClosed;
    provider_->RollBackOpen();
    provider_->CloseStore();
  }

  StateStoreMetrics metrics() const override { return provider_->metrics(); }

 private:
  enum class Phase { kOpen, kMustAbort, kClosed };

  Status CheckUsable() const {
    if (phase_ == Phase::kOpen) return Status::OK();
    return InternalError(fmt::format("Version {} of {} is used after its end.", version_,
                                     provider_->id().Directory()));
  }

  MemoryStateStoreProvider* const provider_;
  const int64_t version_;
  Phase phase_ = Phase::kOpen;
};

}  // namespace

Result<std::unique_ptr<StateStoreProvider>> NewMemoryStateStoreProvider(
    StateStoreId id, StateStoreOptions options, CheckpointFileManager* files) {
  return MemoryStateStoreProvider::Make(std::move(id), std::move(options), files);
}

Result<std::unique_ptr<StateStoreProvider>> MemoryStateStoreProvider::Make(
    StateStoreId id, StateStoreOptions options, CheckpointFileManager* files) {
  if (options.prefix_columns < 0 || options.prefix_columns > options.key_schema.size()) {
    return InternalError(fmt::format("A key of {} columns has no prefix of {}.",
                                     options.key_schema.size(), options.prefix_columns));
  }
  // Refuses an unknown codec here, not at the first commit.
  ARROW_RETURN_NOT_OK(MakeStateCompressor(options.compression_codec).status());
  StateFileFormat format{
      .store = fmt::format("HDFSStateStoreProvider[id = (op={},part={}),dir = {}]", id.operator_id,
                           id.partition, id.Directory()),
      .codec = options.compression_codec,
      .row_checksum = options.row_checksum,
      .key_shape = UnsafeRowShape(options.key_schema),
      .value_shape = UnsafeRowShape(options.value_schema)};
  return std::unique_ptr<StateStoreProvider>(new MemoryStateStoreProvider(
      std::move(id), std::move(options), std::move(format), files));
}

MemoryStateStoreProvider::MemoryStateStoreProvider(StateStoreId id, StateStoreOptions options,
                                                   StateFileFormat format,
                                                   CheckpointFileManager* files)
    : id_(std::move(id)),
      options_(std::move(options)),
      format_(std::move(format)),
      directory_(id_.Directory()),
      files_(files) {}

std::unique_ptr<VersionedMap> MemoryStateStoreProvider::MakeMap() const {
  return std::make_unique<VersionedMap>(format_.key_shape, options_.prefix_columns,
                                        options_.time_of);
}

Result<std::unique_ptr<StateStore>> MemoryStateStoreProvider::GetStore(int64_t version) {
  if (version < 0) {
    return MakeError("CANNOT_LOAD_STATE_STORE.UNEXPECTED_VERSION",
                     {{"version", std::to_string(version)}});
  }
  std::unique_lock lock(mutex_);
  if (open_) return InternalError(fmt::format("Two tasks use the state in {}.", directory_));
  open_ = true;
  const bool goes_back = version < snapshot_version_;
  const bool in_memory = version == current_version_ ||
                         (version == current_version_ - 1 && map_->CanRollBackKept());
  if (goes_back || !in_memory) AbandonSnapshot(&lock);
  const Status made = MakeCurrent(version);
  if (!made.ok()) {
    open_ = false;
    return made;
  }
  return std::make_unique<MemoryStateStore>(this, version);
}

// Ends the snapshot that was begun of a version that is to vanish from memory. Lets go of the lock
// meanwhile; `open_` keeps others out.
void MemoryStateStoreProvider::AbandonSnapshot(std::unique_lock<std::mutex>* lock) {
  snapshot_abandoned_ = true;
  lock->unlock();
  const std::lock_guard maintenance(maintenance_mutex_);
  lock->lock();
  if (snapshot_version_ >= 0) map_->EndSnapshot();
  snapshot_version_ = -1;
  snapshot_wanted_ = false;
  snapshot_abandoned_ = false;
}

Status MemoryStateStoreProvider::MakeCurrent(int64_t version) {
  if (!listed_) {
    ARROW_ASSIGN_OR_RAISE(state_files_, StateFiles::List(files_->env(), directory_));
    listed_ = true;
  }
  if (version == current_version_) {
    ++hits_;
    return Status::OK();
  }
  if (version == current_version_ - 1 && map_->CanRollBackKept()) {
    // If it fails, memory is used up, and the map is good for nothing any more.
    current_version_ = -1;
    ARROW_RETURN_NOT_OK(map_->RollBackKept());
    ++hits_;
    current_version_ = version;
    const std::vector<int64_t> snapshots = state_files_.SnapshotsUpTo(version);
    last_snapshot_ = snapshots.empty() ? 0 : snapshots.front();
    return Status::OK();
  }
  // Before loading, so that there is never twice the state.
  map_.reset();
  current_version_ = -1;
  return LoadFromFiles(version);
}

Status MemoryStateStoreProvider::LoadFromFiles(int64_t version) {
  if (version > 0) ++misses_;
  std::vector<int64_t> bases = state_files_.SnapshotsUpTo(version);
  bases.push_back(0);
  for (const int64_t base : bases) {
    std::unique_ptr<VersionedMap> map = MakeMap();
    if (base > 0) {
      const Status read = ReadFileInto(base, StateFileKind::kSnapshot, map.get()).status();
      if (!read.ok()) {
        if (read.IsOutOfMemory()) return read;
        LogWarning(fmt::format("The snapshot of version {} in {} is skipped, older files are used "
                               "instead: {}",
                               base, directory_, read.message()));
        state_files_.Remove({base, StateFileKind::kSnapshot});
        continue;
      }
    }
    changes_ = 0;
    for (int64_t delta = base + 1; delta <= version; ++delta) {
      ARROW_ASSIGN_OR_RAISE(const int64_t records,
                            ReadFileInto(delta, StateFileKind::kDelta, map.get()));
      changes_ += records;
    }
    map_ = std::move(map);
    current_keys_ = map_->keys();
    current_version_ = version;
    last_snapshot_ = base;
    return Status::OK();
  }
  return InternalError("The empty state is always a base.");
}

Result<int64_t> MemoryStateStoreProvider::ReadFileInto(int64_t version, StateFileKind kind,
                                                       VersionedMap* map) const {
  ARROW_ASSIGN_OR_RAISE(auto reader,
                        StateFileReader::Open(files_->env(),
                                              StateFilePath(directory_, version, kind), kind,
                                              format_));
  std::vector<StateRecord> records;
  int64_t count = 0;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool more, reader->Next(&records));
    if (!more) return count;
    ARROW_RETURN_NOT_OK(map->Load(records));
    count += static_cast<int64_t>(records.size());
  }
}

void MemoryStateStoreProvider::CloseStore() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

void MemoryStateStoreProvider::RollBackOpen() {
  const std::lock_guard lock(mutex_);
  const Status rolled_back = map_->RollBack();
  if (rolled_back.ok()) return;
  // Memory is used up: the map is of no use any more, but the files are.
  LogWarning(fmt::format("The state in {} will be loaded anew: {}", directory_,
                         rolled_back.message()));
  current_version_ = -1;
}

// Runs once, before the first commit: only who commits may change the directory.
Status MemoryStateStoreProvider::PrepareDirectory() {
  if (directory_ready_) return Status::OK();
  ARROW_RETURN_NOT_OK(files_->CreateDirectories(directory_));
  // A snapshot being written has a temporary file as well.
  const std::unique_lock maintenance(maintenance_mutex_, std::try_to_lock);
  if (maintenance.owns_lock()) {
    const Status removed = files_->RemoveTemporaryFiles(directory_);
    if (!removed.ok()) LogWarning(removed.message());
  }
  directory_ready_ = true;
  return Status::OK();
}

Status MemoryStateStoreProvider::CommitAfter(int64_t version) {
  ARROW_RETURN_NOT_OK(PrepareDirectory());
  const int64_t next = version + 1;
  bool stale_snapshot = false;
  {
    const std::lock_guard lock(mutex_);
    stale_snapshot = state_files_.Contains({next, StateFileKind::kSnapshot});
  }
  // Left by an attempt whose version is now replaced: it must not be found beside the new delta.
  if (stale_snapshot) ARROW_RETURN_NOT_OK(RemoveFile({next, StateFileKind::kSnapshot}));
  ARROW_RETURN_NOT_OK(WriteDelta(next));
  const std::lock_guard lock(mutex_);
  state_files_.Add({next, StateFileKind::kDelta});
  changes_ += map_->changes();
  current_keys_ = map_->keys();
  map_->KeepVersion();
  current_version_ = next;
  if (snapshot_wanted_ && snapshot_version_ < 0 && map_->BeginSnapshot()) {
    snapshot_version_ = next;
    changes_in_snapshot_ = changes_;
    snapshot_wanted_ = false;
  }
  return Status::OK();
}

Status MemoryStateStoreProvider::WriteDelta(int64_t version) {
  ARROW_ASSIGN_OR_RAISE(
      auto writer,
      StateFileWriter::Make(files_, StateFilePath(directory_, version, StateFileKind::kDelta),
                            format_));
  std::string plain;
  size_t position = 0;
  bool more = true;
  while (more) {
    plain.clear();
    more = map_->NextDeltaPiece(&position, &plain);
    ARROW_RETURN_NOT_OK(writer->Append(plain));
  }
  return writer->Finish();
}

Status MemoryStateStoreProvider::DoMaintenance() {
  const std::lock_guard maintenance(maintenance_mutex_);
  const Status taken = TakeSnapshot();
  // Also after a failure: it may be what makes room on the disk.
  const Status removed = RemoveSuperseded();
  return taken.ok() ? removed : taken;
}

// A snapshot costs what the store holds, so it must wait until the deltas since the last one are
// worth it: until loading them takes a quarter of the time that loading it takes. So snapshots cost
// a batch a fixed number of times what it changes, however many keys there are.
bool MemoryStateStoreProvider::SnapshotIsDue() const {
  constexpr int64_t kRecordsPerFile = 1000;  // loading takes as long as opening a file
  constexpr int64_t kShare = 4;
  const int64_t deltas = current_version_ - last_snapshot_;
  return deltas > options_.minimum_deltas_for_snapshot &&
         kShare * (changes_ + kRecordsPerFile * deltas) >= current_keys_;
}

Status MemoryStateStoreProvider::TakeSnapshot() {
  VersionedMap* map = nullptr;
  int64_t version = -1;
  {
    const std::lock_guard lock(mutex_);
    if (map_ == nullptr || current_version_ < 0) return Status::OK();
    if (snapshot_version_ < 0 && SnapshotIsDue()) {
      // In the middle of a batch the commit begins it, the next round writes it.
      snapshot_wanted_ = !map_->BeginSnapshot();
      if (!snapshot_wanted_) {
        snapshot_version_ = current_version_;
        changes_in_snapshot_ = changes_;
      }
    }
    if (snapshot_version_ < 0) return Status::OK();
    map = map_.get();
    version = snapshot_version_;
  }
  const Result<bool> published = WriteSnapshot(map, version);
  const std::lock_guard lock(mutex_);
  snapshot_version_ = -1;
  ARROW_RETURN_NOT_OK(published.status());
  if (!*published) return Status::OK();
  state_files_.Add({version, StateFileKind::kSnapshot});
  last_snapshot_ = version;
  changes_ = std::max<int64_t>(0, changes_ - changes_in_snapshot_);
  return Status::OK();
}

// Ends the map's snapshot in any case. False when it was abandoned.
Result<bool> MemoryStateStoreProvider::WriteSnapshot(VersionedMap* map, int64_t version) {
  auto writer = StateFileWriter::Make(
      files_, StateFilePath(directory_, version, StateFileKind::kSnapshot), format_);
  Status status = writer.status();
  std::string plain;
  bool more = true;
  while (more && status.ok() && !snapshot_abandoned_) {
    plain.clear();
    more = map->NextSnapshotPiece(&plain);
    status = (*writer)->Append(plain);
  }
  const std::vector<std::string> aside = map->EndSnapshot();
  ARROW_RETURN_NOT_OK(status);
  for (const std::string& piece : aside) {
    if (snapshot_abandoned_) break;
    ARROW_RETURN_NOT_OK((*writer)->Append(piece));
  }
  if (snapshot_abandoned_) return false;
  ARROW_RETURN_NOT_OK((*writer)->Finish());
  return true;
}

Status MemoryStateStoreProvider::RemoveSuperseded() {
  std::vector<StateFiles::File> superseded;
  {
    const std::lock_guard lock(mutex_);
    const int64_t oldest_retained = current_version_ - options_.minimum_batches_to_retain;
    if (oldest_retained > 0) superseded = state_files_.Superseded(oldest_retained);
  }
  for (const StateFiles::File& file : superseded) ARROW_RETURN_NOT_OK(RemoveFile(file));
  return Status::OK();
}

Status MemoryStateStoreProvider::RemoveFile(StateFiles::File file) {
  const std::string path = StateFilePath(directory_, file.version, file.kind);
  const std::string name = path.substr(directory_.size() + 1);
  for (const std::string& gone : {path, fmt::format("{}/.{}.crc", directory_, name),
                                  fmt::format("{}.crc", path)}) {
    const Status removed = files_->env()->RemoveFile(gone);
    if (!removed.ok() && !IsNotFound(removed)) return removed;
  }
  const std::lock_guard lock(mutex_);
  state_files_.Remove(file);
  return Status::OK();
}

StateStoreMetrics MemoryStateStoreProvider::metrics() const {
  const std::lock_guard lock(mutex_);
  return {.keys = map_->keys(),
          .memory_bytes = map_->memory_bytes(),
          .loaded_maps_hits = hits_,
          .loaded_maps_misses = misses_};
}

}  // namespace firesteel
