#pragma once

#include <functional>
#include <memory>
#include <string>

#include "connect/server/session_registry.h"

namespace firesteel {

struct ConnectServerOptions {
  std::string host = "127.0.0.1";
  int port = 15002;  ///< 0: any free one
  /// What clients must bring; "" for none.
  std::string token;
  /// PEM texts, both or none.
  std::string tls_certificate;
  std::string tls_key;
  /// Lets a host that others can reach do without token and TLS.
  bool insecure = false;
  /// Runs the clients' functions; null refuses them.
  std::shared_ptr<UserFunctionRuntime> user_functions;
  Timeouts timeouts;
};

/// A Spark Connect server. Serves from Start on until Stop or destruction.
class ConnectServer {
 public:
  /// Errors: a host beyond this machine without token and TLS; an address that cannot be had.
  static Result<std::unique_ptr<ConnectServer>> Start(const ConnectServerOptions& options,
                                                      SessionRegistry::NewSession new_session);
  ~ConnectServer();
  ConnectServer(const ConnectServer&) = delete;
  ConnectServer& operator=(const ConnectServer&) = delete;

  /// The port it listens on.
  int port() const;
  /// Lets the queries of all sessions end with the batches that they run, while calls are answered
  /// as before: what those batches run outside of the engine may need it. Returns when all have
  /// ended, or when `give_up`, which is asked every 100 ms, says so.
  void FinishQueries(const std::function<bool()>& give_up);
  /// Ends open calls, then the sessions with their queries.
  void Stop();

 private:
  struct Running;
  explicit ConnectServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace firesteel
