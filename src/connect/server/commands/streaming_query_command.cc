#include <algorithm>
#include <utility>

#include "common/error.h"
#include "connect/server/commands/commands.h"
#include "connect/server/error_status.h"
#include "connect/server/plan_translator.h"

namespace firesteel {

namespace {

using QueryCommand = spark::connect::StreamingQueryCommand;
using QueryCommandResult = spark::connect::StreamingQueryCommandResult;

// How long an interrupted call goes on at most.
constexpr int64_t kQueryPatienceMs = 100;

Result<std::shared_ptr<StreamingQuery>> FindQuery(
    const spark::connect::StreamingQueryInstanceId& wanted, ServerSession* session) {
  if (auto kept = session->queries().Find(wanted.id(), wanted.run_id())) return kept;
  auto active = session->session().Streams()->Get(wanted.id());
  if (active == nullptr) {
    return Status::Invalid("Streaming query ", wanted.id(), " is not found");
  }
  if (active->RunId() != wanted.run_id()) {
    return Status::Invalid("Run id mismatch for query id ", wanted.id(), ": the request is about ",
                           wanted.run_id(), ", the query runs as ", active->RunId(),
                           ". It may have been restarted.");
  }
  return active;
}

void DescribeStatus(const StreamingQuery& query, QueryCommandResult* result) {
  const StreamingQueryStatus status = query.GetStatus();
  auto* described = result->mutable_status();
  described->set_status_message(status.message);
  described->set_is_data_available(status.is_data_available);
  described->set_is_trigger_active(status.is_trigger_active);
  described->set_is_active(query.IsActive());
}

void DescribeException(const StreamingQuery& query, QueryCommandResult* result) {
  const Status error = query.Exception();
  if (error.ok()) return;
  auto* described = result->mutable_exception();
  // Clients take off what stands before the first ": ".
  described->set_exception_message(ExceptionClasses(error).front() + ": " + error.message());
  described->set_error_class(ErrorCondition(error));
  std::string trace;
  for (const ErrorInfo* info = GetErrorInfo(error); info != nullptr && !info->cause.ok();
       info = GetErrorInfo(info->cause)) {
    trace += "Caused by: " + info->cause.message() + "\n";
  }
  described->set_stack_trace(trace);
}

Status AwaitTermination(const QueryCommand::AwaitTerminationCommand& command, StreamingQuery* query,
                        Operation* operation, QueryCommandResult* result) {
  auto* awaited = result->mutable_await_termination();
  int64_t left_ms = command.timeout_ms();
  while (!operation->interrupted()) {
    const bool forever = !command.has_timeout_ms();
    const int64_t wait_ms = forever ? kQueryPatienceMs : std::min(kQueryPatienceMs, left_ms);
    ARROW_ASSIGN_OR_RAISE(const bool terminated, query->AwaitTermination(wait_ms));
    left_ms -= wait_ms;
    if (terminated || (!forever && left_ms <= 0)) {
      awaited->set_terminated(terminated);
      return Status::OK();
    }
  }
  return Status::OK();
}

Status Answer(const QueryCommand& command, StreamingQuery* query, Operation* operation,
              QueryCommandResult* result) {
  switch (command.command_case()) {
    case QueryCommand::kStatus:
      DescribeStatus(*query, result);
      return Status::OK();
    case QueryCommand::kLastProgress: {
      auto* reports = result->mutable_recent_progress();
      if (const auto last = query->LastProgress()) {
        reports->add_recent_progress_json(last->FieldsJson());
      }
      return Status::OK();
    }
    case QueryCommand::kRecentProgress: {
      auto* reports = result->mutable_recent_progress();
      for (const StreamingQueryProgress& progress : query->RecentProgress()) {
        reports->add_recent_progress_json(progress.FieldsJson());
      }
      return Status::OK();
    }
    case QueryCommand::kStop:
      return query->Stop();
    case QueryCommand::kProcessAllAvailable:
      return query->ProcessAllAvailable([operation] { return operation->interrupted(); });
    case QueryCommand::kExplain:
      result->mutable_explain()->set_result(query->Explain(command.explain().extended()));
      return Status::OK();
    case QueryCommand::kException:
      DescribeException(*query, result);
      return Status::OK();
    case QueryCommand::kAwaitTermination:
      return AwaitTermination(command.await_termination(), query, operation, result);
    default: return UnsupportedMessage("StreamingQueryCommand without a command");
  }
}

}  // namespace

Status AskStreamingQuery(const QueryCommand& command, ServerSession* session,
                         Operation* operation) {
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<StreamingQuery> query,
                        FindQuery(command.query_id(), session));
  Operation::Response response;
  QueryCommandResult* result = response.mutable_streaming_query_command_result();
  *result->mutable_query_id() = command.query_id();
  ARROW_RETURN_NOT_OK(Answer(command, query.get(), operation, result));
  operation->Send(std::move(response), /*more_follows=*/true);
  return Status::OK();
}

}  // namespace firesteel
