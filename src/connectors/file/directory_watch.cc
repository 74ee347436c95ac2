#include "connectors/file/directory_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

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

std::unique_ptr<DirectoryWatch> DirectoryWatch::Make(std::function<void()> changed) {
  const int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify < 0) return nullptr;
  const int signal = eventfd(0, EFD_CLOEXEC);
  if (signal < 0) {
    close(inotify);
    return nullptr;
  }
  auto watch =
      std::unique_ptr<DirectoryWatch>(new DirectoryWatch(inotify, signal, std::move(changed)));
  watch->thread_ = std::thread([raw = watch.get()] { raw->Run(); });
  return watch;
}

DirectoryWatch::DirectoryWatch(int inotify, int signal, std::function<void()> changed)
    : inotify_(inotify), signal_(signal), changed_(std::move(changed)) {}

DirectoryWatch::~DirectoryWatch() {
  Stop();
  close(inotify_);
  close(signal_);
}

bool DirectoryWatch::SeesAll(const std::string& directory) {
  struct statfs system;
  if (statfs(directory.c_str(), &system) != 0) return false;
  const auto kind = static_cast<uint32_t>(system.f_type);
  return std::find(kRemoteFileSystems.begin(), kRemoteFileSystems.end(), kind) ==
         kRemoteFileSystems.end();
}

bool DirectoryWatch::Add(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = descriptors_.emplace(directory, -1);
  if (!added) return false;
  if (SeesAll(directory)) entry->second = inotify_add_watch(inotify_, directory.c_str(), kWanted);
  if (entry->second < 0 && !looks_) {
    looks_ = true;
    EndWait();  // which has no time limit yet
  }
  return true;
}

void DirectoryWatch::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
  }
  EndWait();
  thread_.join();
}

void DirectoryWatch::EndWait() {
  const uint64_t one = 1;
  (void)!write(signal_, &one, sizeof(one));
}

void DirectoryWatch::Run() {
  while (true) {
    int patience_ms = -1;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return;
      if (looks_) patience_ms = kLookEveryMs;
    }
    std::array<pollfd, 2> waits{pollfd{inotify_, POLLIN, 0}, pollfd{signal_, POLLIN, 0}};
    const int ready = poll(waits.data(), waits.size(), patience_ms);
    bool news = ready == 0;
    if (ready > 0 && waits[1].revents != 0) {
      uint64_t count;
      (void)!read(signal_, &count, sizeof(count));
    }
    if (ready > 0 && waits[0].revents != 0) news = ReadEvents();
    if (news) changed_();
  }
}

/// Takes what the kernel has to say; true if the directories are worth a look.
bool DirectoryWatch::ReadEvents() {
  alignas(inotify_event) std::array<char, 16384> buffer;
  bool news = false;
  while (true) {
    const ssize_t bytes = read(inotify_, buffer.data(), buffer.size());
    if (bytes <= 0) return news;
    for (ssize_t at = 0; at < bytes;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      if (event->len > 0 && event->name[0] == '.') continue;
      news = true;
      // A directory that comes in the place of this one is watched anew.
      if ((event->mask & IN_MOVE_SELF) != 0) inotify_rm_watch(inotify_, event->wd);
      if ((event->mask & (IN_IGNORED | IN_MOVE_SELF)) == 0) continue;
      const std::lock_guard lock(mutex_);
      std::erase_if(descriptors_,
                    [event](const auto& entry) { return entry.second == event->wd; });
    }
  }
}

}  // namespace firesteel
