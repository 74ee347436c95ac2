#pragma once

#include <functional>
#include <memory>

#include "firesteel/error.h"

namespace firesteel {

/// Runs the tasks of a stage on a fixed set of threads. A pooled task never waits for another task:
/// stages are run one after the other by the thread that owns the query, which works along. Calls
/// from inside a pooled task run inline. Thread-safe.
class TaskScheduler {
 public:
  /// `threads` counts the calling thread; 1 means that everything runs inline.
  static std::unique_ptr<TaskScheduler> Make(int threads);
  virtual ~TaskScheduler() = default;

  /// Calls `task(0)` … `task(count - 1)`, each once, and returns when all have returned. After the
  /// first error no new task starts; that error is returned. A single task runs inline.
  virtual Status Run(int count, const std::function<Status(int)>& task) = 0;
  virtual int threads() const = 0;
};

}  // namespace firesteel
