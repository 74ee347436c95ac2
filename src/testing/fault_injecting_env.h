#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/env.h"

namespace firesteel::testing {

/// An Env over another one whose calls fail on demand. Thread-safe.
///
/// Calls that change something are counted: making, writing, syncing and closing files, making,
/// renaming and removing names, syncing directories. Taking a lock is not one of them.
class FaultInjectingEnv final : public Env {
 public:
  enum class After {
    kOneFailure,  ///< the later calls work again: a disk that was full for a moment
    kAllFail,     ///< nothing is ever changed again: the process was killed there
  };

  /// `base` must outlive this.
  explicit FaultInjectingEnv(Env* base) : base_(base) {}

  /// Lets the changing call number `index` fail, counted from 0 since this was made. A write that
  /// fails puts half of its bytes into the file with `tear_write`.
  void FailAt(int64_t index, After after, bool tear_write = false);
  /// Lets every attempt to read the file of this path end with `error`. Listings still show it.
  void FailReads(const std::string& path, Status error);
  /// How many changing calls there were.
  int64_t changes() const;
  /// What the first call that failed on demand would have done; "" when there was none yet.
  std::string failure() const;

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

 private:
  class File;
  /// Counts a changing call; an error when it is to fail.
  Status Count(const char* operation, const std::string& path);
  /// Whether the write that failed is to leave half of its bytes; true at most once.
  bool TakeTear();
  Status CheckReadable(const std::string& path) const;

  Env* const base_;
  mutable std::mutex mutex_;
  int64_t changes_ = 0;                        // guarded by mutex_
  int64_t fail_at_ = -1;                       // guarded by mutex_
  After after_ = After::kOneFailure;           // guarded by mutex_
  bool tear_write_ = false;                    // guarded by mutex_
  std::string failure_;                        // guarded by mutex_
  std::map<std::string, Status> read_errors_;  // guarded by mutex_
};

}  // namespace firesteel::testing
