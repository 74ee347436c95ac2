#include "python/worker_pool.h"

#include <cstdlib>
#include <utility>

namespace firesteel {

namespace {

constexpr size_t kMaximumIdlePerOwner = 4;

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerPool::Take(const std::string& owner) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = idle_.find(owner);
    if (found != idle_.end() && !found->second.empty()) {
      std::unique_ptr<WorkerProcess> process = std::move(found->second.back());
      found->second.pop_back();
      return process;
    }
  }
  std::string path = options_.package_directory;
  if (const char* given = std::getenv("PYTHONPATH"); given != nullptr && *given != '\0') {
    path += std::string(":") + given;
  }
  // A worker opens connections as it is told, whatever the environment says of Spark.
  return WorkerProcess::Start(options_.command,
                              {{"PYTHONPATH", path},
                               {"PYTHONUNBUFFERED", "1"},
                               {"SPARK_CONNECT_MODE_ENABLED", "1"},
                               {"SPARK_REMOTE", ""}},
                              options_.clock);
}

void WorkerPool::Return(const std::string& owner, std::unique_ptr<WorkerProcess> process) {
  if (!process->healthy()) return;
  const std::lock_guard lock(mutex_);
  auto& idle = idle_[owner];
  if (idle.size() < kMaximumIdlePerOwner) idle.push_back(std::move(process));
}

void WorkerPool::Forget(const std::string& owner) {
  std::vector<std::unique_ptr<WorkerProcess>> ended;  // after the lock is free: it waits for them
  const std::lock_guard lock(mutex_);
  const auto found = idle_.find(owner);
  if (found == idle_.end()) return;
  ended = std::move(found->second);
  idle_.erase(found);
}

}  // namespace firesteel
