#include "python/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/error.h"

extern char** environ;

namespace firesteel {

namespace {

using std::chrono::milliseconds;

constexpr int kWorkerSocket = 3;
constexpr size_t kHeaderBytes = 5;
// Beyond it what comes is taken for nonsense rather than for a length.
constexpr uint32_t kMaximumPayloadBytes = uint32_t{1} << 30;
// How long a worker that has closed its socket has to end, so that we can say how it did.
constexpr int kExitPatienceMs = 500;
// How often a wait looks whether it is still wanted.
constexpr int kLookIntervalMs = 50;

/// Our environment with these variables set.
std::vector<std::string> MergedEnvironment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!added.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
  }
  for (const auto& [name, value] : added) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Starts the program with `socket` as its descriptor 3. Returns 0 or an errno.
int Spawn(std::vector<std::string> command, std::vector<std::string> environment, int socket,
          pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, 2, 1);
  posix_spawn_file_actions_adddup2(&actions, socket, kWorkerSocket);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                            POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawnp(pid, command.front().c_str(), &actions, &attributes,
                                 Pointers(&command).data(), Pointers(&environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

std::string DescribeExit(int status) {
  if (WIFSIGNALED(status)) {
    return "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
           strsignal(WTERMSIG(status)) + ")";
  }
  return "ended with exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(
    const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
    Clock* clock) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    return Status::IOError("No socket could be made for a worker: ", std::strerror(errno));
  }
  pid_t pid = 0;
  const int error = Spawn(command, MergedEnvironment(environment), sockets[1], &pid);
  close(sockets[1]);
  if (error != 0) {
    close(sockets[0]);
    return MakeError("PYTHON_WORKER_FAILED", {{"what", "could not be started: " + command.front() +
                                                           ": " + std::strerror(error)}});
  }
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(pid, sockets[0], clock));
}

WorkerProcess::~WorkerProcess() {
  Kill();
  const std::lock_guard lock(mutex_);
  int status = 0;
  if (!exit_) waitpid(pid_, &status, 0);
  close(socket_);
}

void WorkerProcess::Kill() {
  const std::lock_guard lock(mutex_);
  killed_ = true;
  // Until it has been waited for, its id is nobody else's.
  if (!exit_) kill(-pid_, SIGKILL);
  // Whoever reads is woken even if some other process holds the worker's end.
  shutdown(socket_, SHUT_RDWR);
}

bool WorkerProcess::healthy() const {
  const std::lock_guard lock(mutex_);
  return !killed_ && !exit_;
}

Status WorkerProcess::Fail(std::string what) {
  bool killed_before = false;
  {
    const std::lock_guard lock(mutex_);
    killed_before = killed_;
    for (int waited = 0; !killed_ && !exit_ && what.empty() && waited < kExitPatienceMs; ++waited) {
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) == pid_) exit_ = status;
      if (!exit_) usleep(1000);
    }
    if (exit_ && what.empty()) what = DescribeExit(*exit_);
  }
  Kill();
  if (killed_before) return Status::Cancelled("The Python worker was stopped.");
  return MakeError("PYTHON_WORKER_FAILED",
                   {{"what", what.empty() ? "closed its connection" : std::move(what)}});
}

Status WorkerProcess::Send(char kind, std::string_view payload) {
  if (payload.size() > kMaximumPayloadBytes) {
    return MakeError("PYTHON_WORKER_FAILED",
                     {{"what", "cannot take a message of " + std::to_string(payload.size()) +
                                   " bytes"}});
  }
  std::string message(kHeaderBytes, '\0');
  const auto length = static_cast<uint32_t>(payload.size());
  for (int i = 0; i < 4; ++i) message[i] = static_cast<char>(length >> (8 * i));
  message[4] = kind;
  message += payload;
  size_t sent = 0;
  while (sent < message.size()) {
    const ssize_t bytes = send(socket_, message.data() + sent, message.size() - sent,
                               MSG_NOSIGNAL | MSG_DONTWAIT);
    if (bytes < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      ARROW_RETURN_NOT_OK(WaitFor(POLLOUT, std::nullopt));
      continue;
    }
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return Fail("");
    sent += static_cast<size_t>(bytes);
  }
  return Status::OK();
}

Status WorkerProcess::WaitFor(short events, std::optional<int64_t> deadline_nanos) {
  int64_t patience_ms = -1;
  if (deadline_nanos) {
    const int64_t left_nanos = *deadline_nanos - clock_->MonotonicNanos();
    if (left_nanos <= 0) return Fail("did not answer in time");
    // The time that poll knows need not be the clock's.
    patience_ms = std::min<int64_t>(left_nanos / 1'000'000 + 1, kLookIntervalMs);
  }
  if (cancelled_ != nullptr) {
    if (cancelled_->load(std::memory_order_acquire)) {
      Kill();
      return Status::Cancelled("The Python worker was stopped.");
    }
    if (patience_ms < 0 || patience_ms > kLookIntervalMs) patience_ms = kLookIntervalMs;
  }
  pollfd waiting{socket_, events, 0};
  poll(&waiting, 1, static_cast<int>(patience_ms));
  return Status::OK();
}

Status WorkerProcess::ReadExactly(size_t bytes, std::optional<int64_t> deadline_nanos,
                                  std::string* out) {
  // Grows with what comes, not with what was announced.
  constexpr size_t kPieceBytes = size_t{1} << 20;
  out->clear();
  while (out->size() < bytes) {
    const size_t had = out->size();
    const size_t piece = std::min(bytes - had, kPieceBytes);
    out->resize(had + piece);
    const ssize_t got = recv(socket_, out->data() + had, piece, MSG_DONTWAIT);
    const int error = errno;
    out->resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && (error == EAGAIN || error == EWOULDBLOCK)) {
      ARROW_RETURN_NOT_OK(WaitFor(POLLIN, deadline_nanos));
      continue;
    }
    if (got < 0 && error == EINTR) continue;
    if (got <= 0) return Fail("");
  }
  return Status::OK();
}

Result<WorkerMessage> WorkerProcess::Receive(std::optional<milliseconds> timeout) {
  std::optional<int64_t> deadline_nanos;
  if (timeout) {
    deadline_nanos = clock_->MonotonicNanos() + std::chrono::nanoseconds(*timeout).count();
  }
  std::string header;
  ARROW_RETURN_NOT_OK(ReadExactly(kHeaderBytes, deadline_nanos, &header));
  uint32_t length = 0;
  for (int i = 0; i < 4; ++i) length |= uint32_t{static_cast<unsigned char>(header[i])} << (8 * i);
  WorkerMessage message;
  message.kind = header[4];
  if (std::strchr("OEIR", message.kind) == nullptr || message.kind == 0 ||
      length > kMaximumPayloadBytes) {
    return Fail("sent something that is no message");
  }
  ARROW_RETURN_NOT_OK(ReadExactly(length, deadline_nanos, &message.payload));
  return message;
}

}  // namespace firesteel
