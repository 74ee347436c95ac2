#include "connect/server/connect_server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <utility>
#include <vector>

#include "connect/server/connect_service.h"

namespace firesteel {

namespace {

// What clients of Spark allow too.
constexpr int kMaximumMessageBytes = 128 << 20;
// How long calls may go on that do not end by themselves.
constexpr std::chrono::seconds kGrace{2};
constexpr int64_t kQueryPatienceMs = 100;

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.compare(0, 4, "127.") == 0;
}

std::shared_ptr<grpc::ServerCredentials> CredentialsFor(const ConnectServerOptions& options) {
  if (options.tls_certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({options.tls_key, options.tls_certificate});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

struct ConnectServer::Running {
  Running(const ConnectServerOptions& options, SessionRegistry::NewSession new_session)
      : environment(std::make_shared<ServerEnvironment>()),
        sessions(std::make_unique<SessionRegistry>(std::move(new_session), options.timeouts,
                                                   environment)),
        service(sessions.get(), options.token) {
    environment->user_functions = options.user_functions;
    environment->token = options.token;
  }

  const std::shared_ptr<ServerEnvironment> environment;
  std::unique_ptr<SessionRegistry> sessions;
  ConnectService service;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

Result<std::unique_ptr<ConnectServer>> ConnectServer::Start(
    const ConnectServerOptions& options, SessionRegistry::NewSession new_session) {
  const bool protected_by_both = !options.token.empty() && !options.tls_certificate.empty();
  if (!IsLoopback(options.host) && !protected_by_both && !options.insecure) {
    return Status::Invalid(
        "The address ", options.host,
        " can be reached from other machines, and whoever reaches the server can "
        "run code on this one: give a token and a TLS certificate with its key, "
        "or say that you want it insecure.");
  }
  auto running = std::make_unique<Running>(options, std::move(new_session));
  grpc::ServerBuilder builder;
  const bool ipv6 = options.host.find(':') != std::string::npos;
  const std::string host = ipv6 ? "[" + options.host + "]" : options.host;
  builder.AddListeningPort(host + ":" + std::to_string(options.port), CredentialsFor(options),
                           &running->port);
  // Workers on this machine come in here where they cannot through the port above.
  int local_port = 0;
  const bool separate = !options.tls_certificate.empty() || !IsLoopback(options.host);
  if (separate) {
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &local_port);
  }
  builder.RegisterService(&running->service);
  builder.SetMaxReceiveMessageSize(kMaximumMessageBytes);
  builder.SetMaxSendMessageSize(kMaximumMessageBytes);
  // Two servers on one port would share its clients by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  running->server = builder.BuildAndStart();
  if (running->server == nullptr || running->port == 0) {
    return Status::IOError("The server cannot listen on ", host, ":", options.port,
                           ": is another one running?");
  }
  running->environment->local_port = separate ? local_port : running->port;
  return std::unique_ptr<ConnectServer>(new ConnectServer(std::move(running)));
}

ConnectServer::ConnectServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

ConnectServer::~ConnectServer() { Stop(); }

int ConnectServer::port() const { return running_->port; }

void ConnectServer::FinishQueries(const std::function<bool()>& give_up) {
  if (running_->sessions == nullptr) return;
  do {
    std::vector<std::shared_ptr<StreamingQuery>> active;
    for (const auto& session : running_->sessions->Sessions()) {
      for (auto& query : session->session().Streams()->Active()) active.push_back(std::move(query));
    }
    if (active.empty()) return;
    // All of them are asked before one is waited for.
    for (const auto& query : active) (void)query->StopGracefully(0);
    (void)active.front()->StopGracefully(kQueryPatienceMs);
  } while (!give_up());
}

void ConnectServer::Stop() {
  if (running_->sessions == nullptr) return;
  running_->server->Shutdown(std::chrono::system_clock::now() + kGrace);
  running_->server->Wait();
  running_->sessions.reset();
}

}  // namespace firesteel
