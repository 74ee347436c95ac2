#include "connectors/socket/socket_connection.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "common/logging.h"

namespace firesteel {

namespace {

// A sender that comes back is found within this time.
constexpr std::chrono::milliseconds kShortestPause{100};
constexpr std::chrono::milliseconds kLongestPause{5000};
constexpr timeval kConnectPatience{5, 0};

Result<int> Connect(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int resolved = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (resolved != 0) {
    return Status::IOError("The socket source cannot resolve ", host, ":", port, ": ",
                           gai_strerror(resolved));
  }
  int last_error = ECONNREFUSED;
  int descriptor = -1;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    descriptor = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC,
                        address->ai_protocol);
    if (descriptor < 0) {
      last_error = errno;
      continue;
    }
    // Bounds the time of connecting too.
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &kConnectPatience, sizeof(kConnectPatience));
    if (connect(descriptor, address->ai_addr, address->ai_addrlen) == 0) break;
    last_error = errno == EINPROGRESS ? ETIMEDOUT : errno;
    close(descriptor);
    descriptor = -1;
  }
  freeaddrinfo(found);
  if (descriptor >= 0) return descriptor;
  return Status::IOError("The socket source cannot connect to ", host, ":", port, ": ",
                         std::strerror(last_error),
                         ". Start the sender first, for example with `nc -lk ", port, "`.");
}

}  // namespace

Result<std::unique_ptr<SocketConnection>> SocketConnection::Open(
    const SocketSender& sender, std::shared_ptr<LineBuffer> lines) {
  ARROW_ASSIGN_OR_RAISE(const int descriptor, Connect(sender.host, sender.port));
  return std::unique_ptr<SocketConnection>(
      new SocketConnection(sender, descriptor, std::move(lines)));
}

SocketConnection::SocketConnection(SocketSender sender, int descriptor,
                                   std::shared_ptr<LineBuffer> lines)
    : sender_(std::move(sender)),
      lines_(std::move(lines)),
      descriptor_(descriptor),
      thread_([this] { Run(); }) {}

SocketConnection::~SocketConnection() {
  lines_->Close();
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (descriptor_ >= 0) shutdown(descriptor_, SHUT_RDWR);
  }
  stop_.notify_all();
  thread_.join();
  if (descriptor_ >= 0) close(descriptor_);
}

void SocketConnection::Run() {
  do {
    // Nobody else changes the descriptor.
    const bool wanted = ReadToEnd(descriptor_);
    if (!wanted) return;
    lines_->EndOfStream();
  } while (sender_.reconnect && ConnectAgain());
}

/// False when the buffer takes no more.
bool SocketConnection::ReadToEnd(int descriptor) {
  std::array<char, 65536> block;
  while (true) {
    const ssize_t bytes = recv(descriptor, block.data(), block.size(), 0);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return true;
    if (!lines_->Append(std::string_view(block.data(), static_cast<size_t>(bytes)))) return false;
  }
}

/// Tries until there is a connection; false when it is to stop.
bool SocketConnection::ConnectAgain() {
  LogWarning("The connection to " + sender_.host + ":" + sender_.port +
             " has ended; the socket source tries to get another one.");
  std::unique_lock lock(mutex_);
  close(std::exchange(descriptor_, -1));
  for (auto pause = kShortestPause;; pause = std::min(2 * pause, kLongestPause)) {
    if (stop_.wait_for(lock, pause, [this] { return stopped_; })) return false;
    lock.unlock();
    const Result<int> descriptor = Connect(sender_.host, sender_.port);
    lock.lock();
    if (!descriptor.ok()) continue;
    descriptor_ = *descriptor;
    return !stopped_;
  }
}

}  // namespace firesteel
