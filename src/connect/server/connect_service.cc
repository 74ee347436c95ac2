#include "connect/server/connect_service.h"

#include <zlib.h>

#include <chrono>
#include <memory>
#include <utility>

#include "common/error.h"
#include "common/random.h"
#include "connect/server/requests.h"

namespace firesteel {

namespace {

// How long a stream waits for a response before it looks whether its client is still there.
constexpr std::chrono::milliseconds kPatience{200};

template <typename Response>
void Identify(const ServerSession& session, Response* response) {
  response->set_session_id(session.id());
  response->set_server_side_session_id(session.server_side_id());
}

/// Reads an operation as long as it lives.
class Attachment {
 public:
  explicit Attachment(Operation* operation) : operation_(operation), number_(operation->Attach()) {}
  ~Attachment() { operation_->Detach(number_); }
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;
  uint64_t number() const { return number_; }

 private:
  Operation* const operation_;
  const uint64_t number_;
};

template <typename Request>
std::string Observed(const Request& request) {
  return request.client_observed_server_side_session_id();
}

}  // namespace

grpc::Status ConnectService::CheckToken(const grpc::ServerContext& context) const {
  if (token_.empty()) return grpc::Status::OK;
  const auto found = context.client_metadata().find("authorization");
  const std::string wanted = "Bearer " + token_;
  if (found != context.client_metadata().end() && found->second.size() == wanted.size()) {
    // Takes as long for a wrong token as for the right one.
    unsigned char difference = 0;
    for (size_t i = 0; i < wanted.size(); ++i) difference |= found->second.data()[i] ^ wanted[i];
    if (difference == 0) return grpc::Status::OK;
  }
  return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "The token is missing or wrong.");
}

template <typename Request>
Result<std::shared_ptr<ServerSession>> ConnectService::SessionOf(const Request& request) {
  return sessions_->GetOrCreate({request.user_context().user_id(), request.session_id()},
                                Observed(request));
}

template <typename Request, typename Response, typename Handler>
grpc::Status ConnectService::Answer(const grpc::ServerContext& context, const Request& request,
                                    Response* response, const Handler& handle) {
  if (const grpc::Status status = CheckToken(context); !status.ok()) return status;
  const auto session = SessionOf(request);
  if (!session.ok()) return errors_.ToGrpcStatus(session.status());
  Identify(**session, response);
  return (*session)->errors().ToGrpcStatus(handle(session->get()));
}

grpc::Status ConnectService::Config(grpc::ServerContext* context,
                                    const spark::connect::ConfigRequest* request,
                                    spark::connect::ConfigResponse* response) {
  return Answer(*context, *request, response, [&](ServerSession* session) {
    return HandleConfig(request->operation(), session, response);
  });
}

grpc::Status ConnectService::AnalyzePlan(grpc::ServerContext* context,
                                         const spark::connect::AnalyzePlanRequest* request,
                                         spark::connect::AnalyzePlanResponse* response) {
  return Answer(*context, *request, response, [&](ServerSession* session) {
    return HandleAnalyze(*request, session, response);
  });
}

grpc::Status ConnectService::ExecutePlan(
    grpc::ServerContext* context, const spark::connect::ExecutePlanRequest* request,
    grpc::ServerWriter<spark::connect::ExecutePlanResponse>* writer) {
  if (const grpc::Status status = CheckToken(*context); !status.ok()) return status;
  const auto session = SessionOf(*request);
  if (!session.ok()) return errors_.ToGrpcStatus(session.status());
  bool reattachable = false;
  for (const auto& option : request->request_options()) {
    reattachable = reattachable || option.reattach_options().reattachable();
  }
  const std::string id = request->operation_id().empty() ? NewUuid() : request->operation_id();
  // The operation may outlive this RPC and its request, so the plan is copied.
  const auto opened =
      (*session)->OpenOperation(id, {request->tags().begin(), request->tags().end()}, reattachable,
                                std::make_shared<const spark::connect::Plan>(request->plan()));
  if (!opened.ok()) return (*session)->errors().ToGrpcStatus(opened.status());
  const std::shared_ptr<Operation>& operation = opened->operation;
  if (opened->is_new) {
    operation->Start([session = session->get()](Operation* running) {
      return firesteel::ExecutePlan(running->plan(), session, running);
    });
  }
  const grpc::Status status = StreamResponses(context, session->get(), operation.get(), 0, writer);
  // Nobody can come back to it.
  if (!reattachable) (*session)->RemoveOperation(id);
  return status;
}

grpc::Status ConnectService::ReattachExecute(
    grpc::ServerContext* context, const spark::connect::ReattachExecuteRequest* request,
    grpc::ServerWriter<spark::connect::ExecutePlanResponse>* writer) {
  if (const grpc::Status status = CheckToken(*context); !status.ok()) return status;
  const auto session = sessions_->Find(
      {request->user_context().user_id(), request->session_id()}, Observed(*request));
  if (!session.ok()) return errors_.ToGrpcStatus(session.status());
  const auto operation = (*session)->FindOperation(request->operation_id());
  if (operation == nullptr) {
    return (*session)->errors().ToGrpcStatus(
        MakeError("INVALID_HANDLE.OPERATION_NOT_FOUND", {{"handle", request->operation_id()}}));
  }
  int64_t position = 0;
  if (!request->last_response_id().empty()) {
    const Result<int64_t> after = operation->PositionAfter(request->last_response_id());
    if (!after.ok()) return (*session)->errors().ToGrpcStatus(after.status());
    position = *after;
  }
  return StreamResponses(context, session->get(), operation.get(), position, writer);
}

grpc::Status ConnectService::StreamResponses(
    grpc::ServerContext* context, ServerSession* session, Operation* operation, int64_t position,
    grpc::ServerWriter<spark::connect::ExecutePlanResponse>* writer) {
  if (const Status status = operation->CheckAvailable(position); !status.ok()) {
    return session->errors().ToGrpcStatus(status);
  }
  const Attachment attachment(operation);
  bool is_first = true;
  while (true) {
    std::shared_ptr<const Operation::Response> response;
    bool more_ready = false;
    switch (operation->Next(attachment.number(), position, kPatience, &response, &more_ready)) {
      case Operation::Event::kResponse: {
        // What is there goes out together: each packet wakes the client up. But the call's headers,
        // which go with the first response, are never sent while gRPC is told to wait.
        grpc::WriteOptions options;
        if (more_ready && !is_first) options.set_buffer_hint();
        if (!writer->Write(*response, options)) return grpc::Status::CANCELLED;
        is_first = false;
        ++position;
        break;
      }
      case Operation::Event::kEnd: return session->errors().ToGrpcStatus(operation->result());
      case Operation::Event::kPreempted:
        return session->errors().ToGrpcStatus(MakeError("INVALID_CURSOR.DISCONNECTED", {}));
      case Operation::Event::kNothingYet:
        session->Touch();
        if (!context->IsCancelled()) break;
        // A client that cannot come back does not want the answer any more.
        if (!operation->reattachable()) operation->Interrupt();
        return grpc::Status::CANCELLED;
    }
  }
}

grpc::Status ConnectService::ReleaseExecute(grpc::ServerContext* context,
                                            const spark::connect::ReleaseExecuteRequest* request,
                                            spark::connect::ReleaseExecuteResponse* response) {
  if (const grpc::Status status = CheckToken(*context); !status.ok()) return status;
  const auto session = sessions_->Find(
      {request->user_context().user_id(), request->session_id()}, Observed(*request));
  if (!session.ok()) return errors_.ToGrpcStatus(session.status());
  Identify(**session, response);
  const auto operation = (*session)->FindOperation(request->operation_id());
  if (operation == nullptr) return grpc::Status::OK;  // released before
  response->set_operation_id(operation->id());
  if (request->has_release_until()) {
    operation->ReleaseUntil(request->release_until().response_id());
  } else {
    operation->ReleaseAll();
    (*session)->RemoveOperation(request->operation_id());
  }
  return grpc::Status::OK;
}

grpc::Status ConnectService::ReleaseSession(grpc::ServerContext* context,
                                            const spark::connect::ReleaseSessionRequest* request,
                                            spark::connect::ReleaseSessionResponse* response) {
  if (const grpc::Status status = CheckToken(*context); !status.ok()) return status;
  response->set_session_id(request->session_id());
  sessions_->Release({request->user_context().user_id(), request->session_id()},
                     request->allow_reconnect());
  return grpc::Status::OK;
}

grpc::Status ConnectService::Interrupt(grpc::ServerContext* context,
                                       const spark::connect::InterruptRequest* request,
                                       spark::connect::InterruptResponse* response) {
  return Answer(*context, *request, response, [&](ServerSession* session) {
    using Type = spark::connect::InterruptRequest;
    for (const auto& operation : session->Operations()) {
      const bool meant =
          request->interrupt_type() == Type::INTERRUPT_TYPE_ALL ||
          (request->interrupt_type() == Type::INTERRUPT_TYPE_TAG &&
           operation->tags().contains(request->operation_tag())) ||
          (request->interrupt_type() == Type::INTERRUPT_TYPE_OPERATION_ID &&
           operation->id() == request->operation_id());
      if (meant && operation->Interrupt()) response->add_interrupted_ids(operation->id());
    }
    return Status::OK();
  });
}

grpc::Status ConnectService::FetchErrorDetails(
    grpc::ServerContext* context, const spark::connect::FetchErrorDetailsRequest* request,
    spark::connect::FetchErrorDetailsResponse* response) {
  return Answer(*context, *request, response, [&](ServerSession* session) {
    std::optional<Status> error = session->errors().Find(request->error_id());
    if (!error) error = errors_.Find(request->error_id());
    if (error) DescribeError(*error, response);
    return Status::OK();
  });
}

grpc::Status ConnectService::AddArtifacts(
    grpc::ServerContext* context,
    grpc::ServerReader<spark::connect::AddArtifactsRequest>* reader,
    spark::connect::AddArtifactsResponse* response) {
  if (const grpc::Status status = CheckToken(*context); !status.ok()) return status;
  std::shared_ptr<ServerSession> session;
  std::string name;  // of the artifact that comes in pieces
  std::string bytes;
  int64_t pieces_left = 0;
  bool intact = true;
  Status kept;
  const auto append = [&](const spark::connect::AddArtifactsRequest::ArtifactChunk& chunk) {
    const std::string& data = chunk.data();
    intact = intact && chunk.crc() == static_cast<int64_t>(crc32(
                                          0, reinterpret_cast<const Bytef*>(data.data()),
                                          static_cast<uInt>(data.size())));
    bytes += data;
  };
  const auto finish = [&] {
    auto* summary = response->add_artifacts();
    summary->set_name(name);
    summary->set_is_crc_successful(intact);
    if (intact && kept.ok()) kept = session->KeepArtifact(name, std::move(bytes));
    bytes.clear();
    intact = true;
  };
  spark::connect::AddArtifactsRequest request;
  while (reader->Read(&request)) {
    if (session == nullptr) {
      auto found = SessionOf(request);
      if (!found.ok()) return errors_.ToGrpcStatus(found.status());
      session = *std::move(found);
      Identify(*session, response);
    }
    if (request.has_batch()) {
      for (const auto& artifact : request.batch().artifacts()) {
        name = artifact.name();
        append(artifact.data());
        finish();
      }
    } else if (request.has_begin_chunk()) {
      name = request.begin_chunk().name();
      pieces_left = request.begin_chunk().num_chunks() - 1;
      append(request.begin_chunk().initial_chunk());
      if (pieces_left <= 0) finish();
    } else if (request.has_chunk()) {
      append(request.chunk());
      if (--pieces_left == 0) finish();
    }
    if (!kept.ok()) return errors_.ToGrpcStatus(kept);
  }
  return grpc::Status::OK;
}

grpc::Status ConnectService::ArtifactStatus(
    grpc::ServerContext* context, const spark::connect::ArtifactStatusesRequest* request,
    spark::connect::ArtifactStatusesResponse* response) {
  return Answer(*context, *request, response, [&](ServerSession* session) {
    for (const std::string& name : request->names()) {
      (*response->mutable_statuses())[name].set_exists(session->FindArtifact(name) != nullptr);
    }
    return Status::OK();
  });
}

grpc::Status ConnectService::CloneSession(grpc::ServerContext* context,
                                          const spark::connect::CloneSessionRequest* request,
                                          spark::connect::CloneSessionResponse* response) {
  if (const grpc::Status status = CheckToken(*context); !status.ok()) return status;
  const SessionRegistry::Key key{request->user_context().user_id(), request->session_id()};
  const auto session = sessions_->Find(key, Observed(*request));
  if (!session.ok()) return errors_.ToGrpcStatus(session.status());
  const auto clone = sessions_->Clone(key, Observed(*request), request->new_session_id());
  if (!clone.ok()) return (*session)->errors().ToGrpcStatus(clone.status());
  Identify(**session, response);
  response->set_new_session_id((*clone)->id());
  response->set_new_server_side_session_id((*clone)->server_side_id());
  return grpc::Status::OK;
}

grpc::Status ConnectService::GetStatus(grpc::ServerContext* context,
                                       const spark::connect::GetStatusRequest* request,
                                       spark::connect::GetStatusResponse* response) {
  return Answer(*context, *request, response, [&](ServerSession* session) {
    using State = spark::connect::GetStatusResponse::OperationStatus;
    const auto describe = [response](const std::string& id, const Operation* operation) {
      auto* status = response->add_operation_statuses();
      status->set_operation_id(id);
      if (operation == nullptr) {
        status->set_state(State::OPERATION_STATE_UNKNOWN);
      } else if (!operation->ended()) {
        status->set_state(operation->interrupted() ? State::OPERATION_STATE_TERMINATING
                                                   : State::OPERATION_STATE_RUNNING);
      } else if (operation->interrupted()) {
        status->set_state(State::OPERATION_STATE_CANCELLED);
      } else {
        status->set_state(operation->result().ok() ? State::OPERATION_STATE_SUCCEEDED
                                                   : State::OPERATION_STATE_FAILED);
      }
    };
    if (!request->has_operation_status()) return Status::OK();
    for (const std::string& id : request->operation_status().operation_ids()) {
      describe(id, session->FindOperation(id).get());
    }
    if (request->operation_status().operation_ids().empty()) {
      for (const auto& operation : session->Operations()) {
        describe(operation->id(), operation.get());
      }
    }
    return Status::OK();
  });
}

}  // namespace firesteel
