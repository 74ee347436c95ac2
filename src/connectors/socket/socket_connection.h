#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "connectors/socket/line_buffer.h"
#include "firesteel/error.h"

namespace firesteel {

/// Where lines come from.
struct SocketSender {
  std::string host;
  std::string port;
  bool reconnect = false;  ///< tries again, for ever, when the connection ends
};

/// A TCP connection whose lines a thread puts into a LineBuffer until the sender closes it or the
/// connection is destroyed.
class SocketConnection {
 public:
  /// Errors: the host does not resolve, nobody listens.
  static Result<std::unique_ptr<SocketConnection>> Open(const SocketSender& sender,
                                                        std::shared_ptr<LineBuffer> lines);
  /// Waits for an attempt to connect that is under way: five seconds at most.
  ~SocketConnection();

 private:
  SocketConnection(SocketSender sender, int descriptor, std::shared_ptr<LineBuffer> lines);
  void Run();
  bool ReadToEnd(int descriptor);
  bool ConnectAgain();

  const SocketSender sender_;
  const std::shared_ptr<LineBuffer> lines_;
  std::mutex mutex_;
  std::condition_variable stop_;
  // Guarded by mutex_:
  int descriptor_;  // -1 while there is no connection
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace firesteel
