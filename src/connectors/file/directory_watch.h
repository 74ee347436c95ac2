#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "firesteel/error.h"

namespace firesteel {

/// Tells when the entries of some directories change: a new file, one moved in, one written to its
/// end, a directory gone. A thread of its own waits for what the kernel says (inotify), so nothing
/// is spent while nothing happens. What the kernel cannot watch is looked at ten times a second.
/// Names that begin with a dot are no news. Thread-safe.
class DirectoryWatch {
 public:
  /// `changed` is called from the thread of the watch, until Stop. nullptr: this system has no
  /// watches left.
  static std::unique_ptr<DirectoryWatch> Make(std::function<void()> changed);
  ~DirectoryWatch();

  /// Watches a directory too; true if it was not watched before. What has changed before this call
  /// is not told.
  bool Add(const std::string& directory);
  /// No call of `changed` after it, except one that is under way.
  void Stop();

  /// Whether the kernel sees all changes of this directory: not on file systems over a network.
  static bool SeesAll(const std::string& directory);

 private:
  DirectoryWatch(int inotify, int signal, std::function<void()> changed);
  void Run();
  void EndWait();
  bool ReadEvents();

  const int inotify_;
  const int signal_;  // an eventfd that ends the thread's wait
  const std::function<void()> changed_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::unordered_map<std::string, int> descriptors_;  // by directory; -1: looked at
  bool looks_ = false;                                // at some directory
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace firesteel
