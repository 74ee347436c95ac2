#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"

namespace arrow::io {
class RandomAccessFile;
}  // namespace arrow::io

namespace firesteel {

/// What a directory listing or a look-up says of one file.
struct FileStatus {
  std::string path;  ///< a plain absolute path, never a URI
  int64_t size = 0;
  int64_t modification_time_ms = 0;
  bool is_directory = false;
};

/// A file being written from its start. Not thread-safe. Destroying it without Close leaves the
/// bytes written so far; only Sync makes them durable.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Sync() = 0;
  virtual Status Close() = 0;
};

/// Held until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// All durable input and output goes through here, so that tests can make it fail (see
/// testing/fault_injecting_env.h). Thread-safe. Errors are IOErrors that name the path; a missing
/// file is told apart by IsNotFound.
class Env {
 public:
  virtual ~Env() = default;

  virtual Result<std::unique_ptr<WritableFile>> NewWritableFile(const std::string& path) = 0;
  virtual Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenFile(
      const std::string& path) = 0;
  virtual Result<std::string> ReadFile(const std::string& path) = 0;
  /// Lists the direct children, sorted by name; hidden ones included.
  virtual Result<std::vector<FileStatus>> ListDirectory(const std::string& path) = 0;
  virtual Result<FileStatus> GetStatus(const std::string& path) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  /// Makes the directory and its parents; no error when it exists.
  virtual Status CreateDirectories(const std::string& path) = 0;
  /// Renames, replacing `to` if it exists.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  /// Renames atomically; AlreadyExists when `to` exists.
  virtual Status RenameNoReplace(const std::string& from, const std::string& to) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
  virtual Status RemoveFile(const std::string& path) = 0;
  /// Removes a file or a whole directory; no error when it does not exist.
  virtual Status RemoveAll(const std::string& path) = 0;
  virtual Status SetModificationTimeMs(const std::string& path, int64_t time_ms) = 0;
  /// Takes an exclusive lock on `path` (made if missing) without waiting. The lock goes with the
  /// process, however it ends. Returns AlreadyExists when another holder, in this process or
  /// another, has it.
  virtual Result<std::unique_ptr<FileLock>> LockFile(const std::string& path) = 0;

  /// The local file system; one instance, lives for ever.
  static Env* Posix();
};

/// Whether `status` says that a file does not exist.
bool IsNotFound(const Status& status);
/// Whether `status` says that a file exists already, or a lock is held.
bool IsAlreadyExists(const Status& status);
/// Makes the errors that the two functions above recognise.
Status NotFound(const std::string& path);
Status AlreadyExists(const std::string& path);

/// Turns `file:/a`, `file:///a%20b`, `/a b` or a relative path into a plain absolute path.
/// Errors: UNSUPPORTED_FILE_SYSTEM for another scheme.
Result<std::string> ToLocalPath(std::string_view path_or_uri);
/// Turns a plain absolute path into the URI that Spark writes (`file:///a%20b`).
std::string ToFileUri(std::string_view path);

}  // namespace firesteel
