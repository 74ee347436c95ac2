#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "common/env.h"

namespace firesteel::testing {

/// What a power failure leaves of what was not synced. Real file systems may do any of these.
enum class PowerLoss {
  kDropAll,       ///< neither bytes nor names
  kKeepNames,     ///< names that were made, renamed or removed, but no bytes
  kTearContents,  ///< names, and half of the bytes
};

/// A file system in memory that knows what would survive a power failure: the bytes of a file up to
/// its last Sync, and the names in a directory as of its last SyncDirectory. Thread-safe.
///
/// Every directory exists twice, as programs see it and as it lies on the disk:
///
///   directory ─ names ──────> node        node: bytes, and how many of them are durable
///             └ durable names ─> node
class MemoryEnv final : public Env {
 public:
  /// `clock` gives the modification times.
  explicit MemoryEnv(Clock* clock);
  ~MemoryEnv() override;

  Result<std::unique_ptr<WritableFile>> NewWritableFile(const std::string& path) override;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenFile(const std::string& path) override;
  Result<std::string> ReadFile(const std::string& path) override;
  Result<std::vector<FileStatus>> ListDirectory(const std::string& path) override;
  Result<FileStatus> GetStatus(const std::string& path) override;
  Result<bool> Exists(const std::string& path) override;
  Status CreateDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status RenameNoReplace(const std::string& from, const std::string& to) override;
  Status SyncDirectory(const std::string& path) override;
  Status RemoveFile(const std::string& path) override;
  Status RemoveAll(const std::string& path) override;
  Status SetModificationTimeMs(const std::string& path, int64_t time_ms) override;
  Result<std::unique_ptr<FileLock>> LockFile(const std::string& path) override;

  /// A copy of everything, durable or not. No file may be open for writing.
  std::unique_ptr<MemoryEnv> Clone() const;
  /// What a power failure does. No file may be open for writing any more.
  void LosePower(PowerLoss loss);
  /// Makes everything durable.
  void SyncAll();
  /// The plain files below `directory`, hidden ones included, sorted.
  std::vector<std::string> FilesBelow(const std::string& directory);
  /// Writes a whole file, making its directories, as another program would: durable at once.
  Status PutFile(const std::string& path, std::string_view bytes);

 private:
  struct Node;
  class File;
  class Lock;
  using NodePtr = std::shared_ptr<Node>;
  struct Entry {
    NodePtr directory;
    std::string name;
  };

  static NodePtr CopyOf(const Node& node);
  // All require mutex_.
  Result<NodePtr> Find(const std::string& path) const;
  Result<NodePtr> FindFile(const std::string& path) const;
  Result<Entry> FindEntry(const std::string& path) const;
  Status Move(const std::string& from, const std::string& to, bool replace);

  Clock* const clock_;
  mutable std::mutex mutex_;
  NodePtr root_;                  // guarded by mutex_
  std::set<std::string> locked_;  // guarded by mutex_
};

}  // namespace firesteel::testing
