#pragma once

#include <memory>
#include <string>

#include "connect/server/session_registry.h"
#include "spark/connect/base.grpc.pb.h"

namespace firesteel {

/// The RPCs of Spark Connect. Each finds its session and hands the request to the code of its
/// family; every answer repeats the session's ids. Thread-safe: gRPC calls it from many threads.
class ConnectService final : public spark::connect::SparkConnectService::Service {
 public:
  /// `token` is what callers must bring as `authorization: Bearer …`; "" for none.
  ConnectService(SessionRegistry* sessions, std::string token)
      : sessions_(sessions), token_(std::move(token)) {}

  grpc::Status Config(grpc::ServerContext* context, const spark::connect::ConfigRequest* request,
                      spark::connect::ConfigResponse* response) override;
  grpc::Status AnalyzePlan(grpc::ServerContext* context,
                           const spark::connect::AnalyzePlanRequest* request,
                           spark::connect::AnalyzePlanResponse* response) override;
  grpc::Status ExecutePlan(
      grpc::ServerContext* context, const spark::connect::ExecutePlanRequest* request,
      grpc::ServerWriter<spark::connect::ExecutePlanResponse>* writer) override;
  grpc::Status ReattachExecute(
      grpc::ServerContext* context, const spark::connect::ReattachExecuteRequest* request,
      grpc::ServerWriter<spark::connect::ExecutePlanResponse>* writer) override;
  grpc::Status ReleaseExecute(grpc::ServerContext* context,
                              const spark::connect::ReleaseExecuteRequest* request,
                              spark::connect::ReleaseExecuteResponse* response) override;
  grpc::Status ReleaseSession(grpc::ServerContext* context,
                              const spark::connect::ReleaseSessionRequest* request,
                              spark::connect::ReleaseSessionResponse* response) override;
  grpc::Status Interrupt(grpc::ServerContext* context,
                         const spark::connect::InterruptRequest* request,
                         spark::connect::InterruptResponse* response) override;
  grpc::Status FetchErrorDetails(grpc::ServerContext* context,
                                 const spark::connect::FetchErrorDetailsRequest* request,
                                 spark::connect::FetchErrorDetailsResponse* response) override;
  grpc::Status AddArtifacts(grpc::ServerContext* context,
                            grpc::ServerReader<spark::connect::AddArtifactsRequest>* reader,
                            spark::connect::AddArtifactsResponse* response) override;
  grpc::Status ArtifactStatus(grpc::ServerContext* context,
                              const spark::connect::ArtifactStatusesRequest* request,
                              spark::connect::ArtifactStatusesResponse* response) override;
  grpc::Status CloneSession(grpc::ServerContext* context,
                            const spark::connect::CloneSessionRequest* request,
                            spark::connect::CloneSessionResponse* response) override;
  grpc::Status GetStatus(grpc::ServerContext* context,
                         const spark::connect::GetStatusRequest* request,
                         spark::connect::GetStatusResponse* response) override;

 private:
  grpc::Status CheckToken(const grpc::ServerContext& context) const;
  /// The session of a request, made if need be.
  template <typename Request>
  Result<std::shared_ptr<ServerSession>> SessionOf(const Request& request);
  /// One request, one response: checks the token, finds the session, repeats its ids, and lets
  /// `handle(ServerSession*)` fill in the rest.
  template <typename Request, typename Response, typename Handler>
  grpc::Status Answer(const grpc::ServerContext& context, const Request& request,
                      Response* response, const Handler& handle);
  /// Streams an operation's responses from `position` on until its end, or until another RPC takes
  /// over, or the client is gone.
  grpc::Status StreamResponses(grpc::ServerContext* context, ServerSession* session,
                               Operation* operation, int64_t position,
                               grpc::ServerWriter<spark::connect::ExecutePlanResponse>* writer);

  SessionRegistry* sessions_;
  const std::string token_;
  ErrorStore errors_;  // of requests that have no session
};

}  // namespace firesteel
