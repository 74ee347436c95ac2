#include "connectors/socket/socket_connection.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace firesteel {

Result<std::unique_ptr<SocketConnection>> SocketConnection::Open(
    const std::string& host, const std::string& port, std::shared_ptr<LineBuffer> lines) {
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
    if (connect(descriptor, address->ai_addr, address->ai_addrlen) == 0) break;
    last_error = errno;
    close(descriptor);
    descriptor = -1;
  }
  freeaddrinfo(found);
  if (descriptor < 0) {
    return Status::IOError("The socket source cannot connect to ", host, ":", port, ": ",
                           std::strerror(last_error),
                           ". Start the sender first, for example with `nc -lk ", port, "`.");
  }
  return std::unique_ptr<SocketConnection>(new SocketConnection(descriptor, std::move(lines)));
}

SocketConnection::SocketConnection(int descriptor, std::shared_ptr<LineBuffer> lines)
    : descriptor_(descriptor), lines_(std::move(lines)), thread_([this] { Read(); }) {}

SocketConnection::~SocketConnection() {
  lines_->Close();
  shutdown(descriptor_, SHUT_RDWR);
  thread_.join();
  close(descriptor_);
}

void SocketConnection::Read() {
  std::array<char, 65536> block;
  while (true) {
    const ssize_t bytes = recv(descriptor_, block.data(), block.size(), 0);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) break;
    if (!lines_->Append(std::string_view(block.data(), static_cast<size_t>(bytes)))) return;
  }
  lines_->EndOfStream();
}

}  // namespace firesteel
