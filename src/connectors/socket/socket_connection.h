#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "connectors/socket/line_buffer.h"
#include "firesteel/error.h"

namespace firesteel {

/// A TCP connection whose lines a thread puts into a LineBuffer until the sender closes it or the
/// connection is destroyed.
class SocketConnection {
 public:
  /// Errors: the host does not resolve, nobody listens.
  static Result<std::unique_ptr<SocketConnection>> Open(const std::string& host,
                                                        const std::string& port,
                                                        std::shared_ptr<LineBuffer> lines);
  ~SocketConnection();

 private:
  SocketConnection(int descriptor, std::shared_ptr<LineBuffer> lines);
  void Read();

  const int descriptor_;
  std::shared_ptr<LineBuffer> lines_;
  std::thread thread_;
};

}  // namespace firesteel
