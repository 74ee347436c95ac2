#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "firesteel/error.h"

namespace firesteel {

/// One message between the engine and a worker, on the socket that is the worker's descriptor 3:
///
///   uint32 length of the payload, little endian | uint8 kind, a letter | payload
///
///   from the engine                        from the worker
///   L  load a function (see LoadMessage)   O  done
///   B  call with a DataFrame: JSON         E  failed: JSON {type, message, traceback}
///   P  a partition begins: JSON            I  input is wanted: R for each of them, or F
///   R  rows: an Arrow stream               R  rows that a function gives: an Arrow stream
///   F  they end
///   C  call functions of columns
///   X  nobody wants the rest
struct WorkerMessage {
  char kind = 0;
  std::string payload;
};

/// A child process that talks in messages. It has a process group of its own, so that whatever it
/// started ends with it; what it prints goes to our standard error. Its end, silence or nonsense is
/// an error here (PYTHON_WORKER_FAILED) and nothing more. One thread at a time, but for Kill.
class WorkerProcess {
 public:
  /// `environment` is added to ours; deadlines are by `clock`. Errors: a program that cannot be
  /// started.
  static Result<std::unique_ptr<WorkerProcess>> Start(
      const std::vector<std::string>& command,
      const std::map<std::string, std::string>& environment, Clock* clock = Clock::System());
  ~WorkerProcess();  ///< kills it
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// From now on Send and Receive fail soon after the flag is set; nullptr: they never do.
  void WatchCancellation(const std::atomic<bool>* cancelled) { cancelled_ = cancelled; }
  Status Send(char kind, std::string_view payload);
  /// Waits for a message, for `timeout` at most where one is given.
  Result<WorkerMessage> Receive(std::optional<std::chrono::milliseconds> timeout = std::nullopt);
  /// Ends the process at once; calls of other threads fail. Thread-safe.
  void Kill();
  /// Whether it can be used again: nothing went wrong so far.
  bool healthy() const;

 private:
  WorkerProcess(pid_t pid, int socket, Clock* clock) : pid_(pid), socket_(socket), clock_(clock) {}
  /// Deadlines are on the clock's monotonic time.
  Status ReadExactly(size_t bytes, std::optional<int64_t> deadline_nanos, std::string* out);
  /// Waits until the socket is ready for `events`, or a while has passed.
  Status WaitFor(short events, std::optional<int64_t> deadline_nanos);
  /// Kills the process, and says what became of it.
  Status Fail(std::string what);

  const pid_t pid_;
  const int socket_;
  Clock* const clock_;
  const std::atomic<bool>* cancelled_ = nullptr;
  mutable std::mutex mutex_;
  bool killed_ = false;          // guarded by mutex_
  std::optional<int> exit_;      // as waitpid gives it; guarded by mutex_
};

}  // namespace firesteel
