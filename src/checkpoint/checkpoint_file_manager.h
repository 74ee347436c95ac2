#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/env.h"
#include "firesteel/error.h"

namespace firesteel {

/// A file that appears under its name only when Close succeeded: written to a hidden temporary file
/// in the same directory, synced, renamed, and the directory synced. Destroying it without Close
/// cancels. A failed sync is final: the query must end, nothing is tried again.
class AtomicFile {
 public:
  virtual ~AtomicFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Close() = 0;
  virtual void Cancel() = 0;
};

/// All atomicity of checkpoints lives here. Thread-safe. Temporary files are called
/// `.<name>.<uuid>.tmp`; every reader ignores hidden names.
class CheckpointFileManager {
 public:
  explicit CheckpointFileManager(Env* env) : env_(env) {}

  /// With `overwrite` an existing file is replaced at Close; without, Close returns AlreadyExists.
  /// When a file is replaced, stale checksums beside it (`<name>.crc`, `.<name>.crc`) are removed.
  Result<std::unique_ptr<AtomicFile>> CreateAtomic(const std::string& path, bool overwrite);
  /// Creates, appends and closes.
  Status WriteAtomic(const std::string& path, std::string_view bytes, bool overwrite);
  /// Makes the directory and its parents, and makes their names durable. No error when it exists.
  Status CreateDirectories(const std::string& path);
  /// Removes the temporary files that a killed process, ours or Spark's, left in `directory`. For
  /// the holder of the checkpoint's lock only, and while it has no atomic file open in there.
  Status RemoveTemporaryFiles(const std::string& directory);
  Env* env() const { return env_; }

 private:
  Env* env_;
};

/// Removes a file that may be gone already.
Status RemoveIfExists(Env* env, const std::string& path);

}  // namespace firesteel
