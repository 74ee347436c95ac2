#include "tools/server_command.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "common/config.h"
#include "common/config_keys.h"
#include "connect/server/connect_server.h"
#include "python/python_runtime.h"
#include "tools/ending_queries.h"

namespace firesteel {

namespace {

Result<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status::IOError("Cannot read ", path, ".");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<ConnectServerOptions> MakeOptions(const ServerCommandOptions& given) {
  ConnectServerOptions options;
  options.host = given.host;
  options.port = given.port;
  options.insecure = given.insecure;
  Config config;
  for (const auto& [name, value] : given.conf) ARROW_RETURN_NOT_OK(config.SetStatic(name, value));
  options.timeouts.idle_session = std::chrono::milliseconds(config.Get(config::kSessionTimeoutMs));
  options.timeouts.detached_operation =
      std::chrono::milliseconds(config.Get(config::kDetachedTimeoutMs));
  options.user_functions = NewPythonRuntime(DefaultPythonOptions(given.python));
  if (!given.token_file.empty()) {
    ARROW_ASSIGN_OR_RAISE(options.token, ReadText(given.token_file));
    options.token = options.token.substr(0, options.token.find_first_of("\r\n"));
    if (options.token.empty()) return Status::Invalid(given.token_file, " holds no token.");
  }
  if (given.tls_certificate_file.empty() != given.tls_key_file.empty()) {
    return Status::Invalid("TLS needs both a certificate and its key.");
  }
  if (!given.tls_certificate_file.empty()) {
    ARROW_ASSIGN_OR_RAISE(options.tls_certificate, ReadText(given.tls_certificate_file));
    ARROW_ASSIGN_OR_RAISE(options.tls_key, ReadText(given.tls_key_file));
  }
  return options;
}

}  // namespace

Status RunServer(const ServerCommandOptions& options) {
  // Blocked before any thread is made, so that only the wait below gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  ARROW_ASSIGN_OR_RAISE(const ConnectServerOptions server_options, MakeOptions(options));
  auto new_session = [conf = options.conf]() -> Result<Session> {
    Session::Builder builder;
    for (const auto& [name, value] : conf) builder.Config(name, value);
    return builder.Create();
  };
  // Says now what would otherwise fail each client.
  ARROW_RETURN_NOT_OK(new_session().status());
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<ConnectServer> server,
                        ConnectServer::Start(server_options, std::move(new_session)));
  std::printf("Firesteel serves Spark Connect at sc://%s:%d\n", options.host.c_str(),
              server->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  FinishQueriesUnlessAsked(server.get(), signals);
  server->Stop();
  return Status::OK();
}

}  // namespace firesteel
