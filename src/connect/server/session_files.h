#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "firesteel/error.h"

namespace firesteel {

/// The modules, files and archives that a client added to its session, in a directory of their own
/// that ends with it:
///
///   a.py, b.zip, data.txt      what came as `pyfiles/…` and `files/…`
///   .archives/c.zip#d          what came as `archives/c.zip#d`; workers unpack it to `d`
///
/// Thread-safe.
class SessionFiles {
 public:
  SessionFiles() = default;
  ~SessionFiles();
  SessionFiles(const SessionFiles&) = delete;
  SessionFiles& operator=(const SessionFiles&) = delete;

  /// Whether an artifact of this name is a file of workers at all.
  static bool IsFile(std::string_view name);
  /// Errors: a name that leads out of the directory; what the file system says.
  Status Keep(std::string_view name, const std::string& bytes);
  /// "" while there is none.
  std::string directory() const;

 private:
  mutable std::mutex mutex_;
  std::string directory_;  // guarded by mutex_
};

}  // namespace firesteel
