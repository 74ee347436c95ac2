#include "common/free_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "common/error.h"

namespace firesteel {

namespace {

/// Sizes below this are granted unseen: reading what is free costs more than most calls do.
constexpr int64_t kLookFromBytes = int64_t{64} << 20;
constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

/// MemAvailable of /proc/meminfo: what can be had without swapping.
int64_t MachineBytes() {
  std::ifstream file("/proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("MemAvailable:")) return std::stoll(line.substr(13)) * 1024;
  }
  return kUnlimited;
}

/// The one number of a control group's file; "max" or no file is no limit.
int64_t ReadLimit(const char* path) {
  std::ifstream file(path);
  int64_t bytes;
  return file >> bytes ? bytes : kUnlimited;
}

/// What the control group of the process (as a container sees it) still allows.
int64_t GroupBytes() {
  const int64_t limit = ReadLimit("/sys/fs/cgroup/memory.max");
  if (limit == kUnlimited) return kUnlimited;
  const int64_t used = ReadLimit("/sys/fs/cgroup/memory.current");
  return used == kUnlimited ? limit : std::max<int64_t>(limit - used, 0);
}

}  // namespace

Status RequireFreeMemory(int64_t bytes) {
  if (bytes < kLookFromBytes) return Status::OK();
  const int64_t granted = std::min(MachineBytes(), GroupBytes()) / 2;
  if (bytes <= granted) return Status::OK();
  return MakeError("UNABLE_TO_ACQUIRE_MEMORY", {{"requestedBytes", std::to_string(bytes)},
                                                {"receivedBytes", std::to_string(granted)}});
}

}  // namespace firesteel
