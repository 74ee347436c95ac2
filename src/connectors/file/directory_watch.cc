#include "connectors/file/directory_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace firesteel {
namespace {

constexpr uint32_t kWanted = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF |
                             IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr int kLookEveryMs = 100;

/// File systems on which others can write without this kernel's knowing (magic numbers of statfs).
constexpr std::array<uint32_t, 10> kRemoteFileSystems{
    0x6969,      // NFS
    0x517B,      // SMB
    0xFF534D42,  // CIFS
    0xFE534D42,  // SMB2
    0x65735546,  // FUSE
    0x01021997,  // 9P
    0x00C36400,  // CEPH
    0x0BD00BD0,  // Lustre
    0x47504653,  // GPFS
    0x19830326,  // BeeGFS
};

}  // namespace

/// The thread, and what it watches for whom.
class DirectoryWatcher {
 public:
  /// The one of the process, which ends with the last watch; nullptr where there is no inotify.
  static std::shared_ptr<DirectoryWatcher> Shared() {
    static std::mutex mutex;
    static std::weak_ptr<DirectoryWatcher> shared;
    const std::lock_guard lock(mutex);
    if (std::shared_ptr<DirectoryWatcher> there = shared.lock()) return there;
    const int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (inotify < 0) return nullptr;
    const int signal = eventfd(0, EFD_CLOEXEC);
    if (signal < 0) {
      close(inotify);
      return nullptr;
    }
    auto made = std::make_shared<DirectoryWatcher>(inotify, signal);
    shared = made;
    return made;
  }

  DirectoryWatcher(int inotify, int signal)
      : inotify_(inotify), signal_(signal), thread_([this] { Run(); }) {}

  ~DirectoryWatcher() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    EndWait();
    thread_.join();
    close(inotify_);
    close(signal_);
  }

  void Add(DirectoryWatch* watch) {
    const std::lock_guard lock(mutex_);
    watches_.insert(watch);
  }

  bool Add(DirectoryWatch* watch, const std::string& directory) {
    const std::lock_guard lock(mutex_);
    if (watches_.count(watch) == 0) return false;
    const auto [entry, added] = watch->descriptors_.emplace(directory, -1);
    if (!added) return false;
    if (DirectoryWatch::SeesAll(directory)) {
      entry->second = inotify_add_watch(inotify_, directory.c_str(), kWanted);
    }
    if (entry->second < 0) EndWait();  // which has no time limit yet
    return true;
  }

  void Remove(DirectoryWatch* watch) {
    const std::lock_guard lock(mutex_);
    if (watches_.erase(watch) == 0) return;
    for (const auto& [directory, descriptor] : watch->descriptors_) {
      const bool wanted = std::any_of(watches_.begin(), watches_.end(), [&](const auto* other) {
        return HasDescriptor(*other, descriptor);
      });
      if (descriptor >= 0 && !wanted) inotify_rm_watch(inotify_, descriptor);
    }
    watch->descriptors_.clear();
  }

 private:
  static bool HasDescriptor(const DirectoryWatch& watch, int descriptor) {
    return std::any_of(watch.descriptors_.begin(), watch.descriptors_.end(),
                       [descriptor](const auto& entry) { return entry.second == descriptor; });
  }

  void EndWait() {
    const uint64_t one = 1;
    (void)!write(signal_, &one, sizeof(one));
  }

  void Run() {
    while (true) {
      int patience_ms = -1;
      {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        for (const DirectoryWatch* watch : watches_) {
          if (HasDescriptor(*watch, -1)) patience_ms = kLookEveryMs;
        }
      }
      std::array<pollfd, 2> waits{pollfd{inotify_, POLLIN, 0}, pollfd{signal_, POLLIN, 0}};
      const int ready = poll(waits.data(), waits.size(), patience_ms);
      const std::lock_guard lock(mutex_);
      if (ready > 0 && waits[1].revents != 0) {
        uint64_t count;
        (void)!read(signal_, &count, sizeof(count));
      }
      std::unordered_set<int> news;
      if (ready > 0 && waits[0].revents != 0) ReadEvents(&news);
      if (ready == 0) news.insert(-1);
      for (const DirectoryWatch* watch : watches_) {
        const bool concerned = std::any_of(
            watch->descriptors_.begin(), watch->descriptors_.end(),
            [&news](const auto& entry) { return news.count(entry.second) > 0; });
        if (concerned || news.count(kEverything) > 0) watch->changed_();
      }
      for (const int descriptor : gone_) Forget(descriptor);
      gone_.clear();
    }
  }

  /// Takes what the kernel has to say: the descriptors of directories that are worth a look.
  void ReadEvents(std::unordered_set<int>* news) {
    alignas(inotify_event) std::array<char, 16384> buffer;
    while (true) {
      const ssize_t bytes = read(inotify_, buffer.data(), buffer.size());
      if (bytes <= 0) return;
      for (ssize_t at = 0; at < bytes;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
        if (event->len > 0 && event->name[0] == '.') continue;
        news->insert((event->mask & IN_Q_OVERFLOW) != 0 ? kEverything : event->wd);
        // A directory that comes in the place of this one is watched anew.
        if ((event->mask & IN_MOVE_SELF) != 0) inotify_rm_watch(inotify_, event->wd);
        if ((event->mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) gone_.push_back(event->wd);
      }
    }
  }

  void Forget(int descriptor) {
    for (DirectoryWatch* watch : watches_) {
      std::erase_if(watch->descriptors_,
                    [descriptor](const auto& entry) { return entry.second == descriptor; });
    }
  }

  static constexpr int kEverything = -2;  // events were lost

  const int inotify_;
  const int signal_;  // an eventfd that ends the thread's wait
  std::mutex mutex_;
  // Guarded by mutex_:
  std::unordered_set<DirectoryWatch*> watches_;
  std::vector<int> gone_;  // descriptors of directories that are no more
  bool stopped_ = false;
  std::thread thread_;
};

std::unique_ptr<DirectoryWatch> DirectoryWatch::Make(std::function<void()> changed) {
  std::shared_ptr<DirectoryWatcher> watcher = DirectoryWatcher::Shared();
  if (watcher == nullptr) return nullptr;
  auto watch = std::unique_ptr<DirectoryWatch>(
      new DirectoryWatch(std::move(watcher), std::move(changed)));
  watch->watcher_->Add(watch.get());
  return watch;
}

DirectoryWatch::DirectoryWatch(std::shared_ptr<DirectoryWatcher> watcher,
                               std::function<void()> changed)
    : watcher_(std::move(watcher)), changed_(std::move(changed)) {}

DirectoryWatch::~DirectoryWatch() { Stop(); }

bool DirectoryWatch::Add(const std::string& directory) { return watcher_->Add(this, directory); }

void DirectoryWatch::Stop() { watcher_->Remove(this); }

bool DirectoryWatch::SeesAll(const std::string& directory) {
  struct statfs system;
  if (statfs(directory.c_str(), &system) != 0) return false;
  const auto kind = static_cast<uint32_t>(system.f_type);
  return std::find(kRemoteFileSystems.begin(), kRemoteFileSystems.end(), kind) ==
         kRemoteFileSystems.end();
}

}  // namespace firesteel
