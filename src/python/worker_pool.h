#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "python/python_runtime.h"
#include "python/worker_process.h"

namespace firesteel {

/// Worker processes that wait for work, by owner. Thread-safe.
class WorkerPool {
 public:
  explicit WorkerPool(PythonOptions options) : options_(std::move(options)) {}

  const PythonOptions& options() const { return options_; }
  /// One that is idle, or a new one.
  Result<std::unique_ptr<WorkerProcess>> Take(const std::string& owner);
  /// Keeps it, unless it is of no use or there are enough.
  void Return(const std::string& owner, std::unique_ptr<WorkerProcess> process);
  void Forget(const std::string& owner);

 private:
  const PythonOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::unique_ptr<WorkerProcess>>> idle_;  // guarded by mutex_
};

}  // namespace firesteel
