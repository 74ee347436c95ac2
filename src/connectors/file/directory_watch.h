#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace firesteel {

class DirectoryWatcher;

/// Tells when the entries of some directories change: a new file, one moved in, one written to its
/// end, a directory gone. One thread for all watches of the process waits for what the kernel says
/// (inotify), so nothing is spent while nothing happens. What the kernel cannot watch is looked at
/// ten times a second. Names that begin with a dot are no news. Thread-safe.
class DirectoryWatch {
 public:
  /// `changed` is called from that thread, until Stop; it must be quick. nullptr: this system has no
  /// watches left.
  static std::unique_ptr<DirectoryWatch> Make(std::function<void()> changed);
  ~DirectoryWatch();

  /// Watches a directory too; true if it was not watched before. What has changed before this call
  /// is not told.
  bool Add(const std::string& directory);
  /// No call of `changed` is under way when it returns, and none comes.
  void Stop();

  /// Whether the kernel sees all changes of this directory: not on file systems over a network.
  static bool SeesAll(const std::string& directory);

 private:
  friend class DirectoryWatcher;
  DirectoryWatch(std::shared_ptr<DirectoryWatcher> watcher, std::function<void()> changed);

  const std::shared_ptr<DirectoryWatcher> watcher_;
  const std::function<void()> changed_;
  // Guarded by the watcher's mutex:
  std::unordered_map<std::string, int> descriptors_;  // by directory; -1: looked at
};

}  // namespace firesteel
