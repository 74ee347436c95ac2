#pragma once

#include <map>
#include <string>

#include "firesteel/error.h"

namespace firesteel {

struct ServerCommandOptions {
  std::string host = "127.0.0.1";
  int port = 15002;                         ///< 0: any free one
  std::string token_file;                   ///< its first line is the token; "" for none
  std::string tls_certificate_file;         ///< PEM
  std::string tls_key_file;                 ///< PEM
  std::string python;                       ///< runs the clients' functions; "" for the usual one
  bool insecure = false;                    ///< other machines may connect without token and TLS
  std::map<std::string, std::string> conf;  ///< settings of every session
};

/// Serves Spark Connect until SIGINT or SIGTERM; prints one line when it is ready. Running queries
/// stop before it returns.
Status RunServer(const ServerCommandOptions& options);

}  // namespace firesteel
