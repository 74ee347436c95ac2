#include <algorithm>
#include <memory>
#include <utility>

#include "connect/server/commands/commands.h"
#include "connect/server/plan_translator.h"

namespace firesteel {

namespace {

using ManagerCommand = spark::connect::StreamingQueryManagerCommand;
using ManagerCommandResult = spark::connect::StreamingQueryManagerCommandResult;

// How long an interrupted call goes on at most.
constexpr int64_t kManagerPatienceMs = 100;

void Describe(const StreamingQuery& query, ManagerCommandResult::StreamingQueryInstance* instance) {
  instance->mutable_id()->set_id(query.Id());
  instance->mutable_id()->set_run_id(query.RunId());
  if (!query.Name().empty()) instance->set_name(query.Name());
}

Status AwaitAnyTermination(const ManagerCommand::AwaitAnyTerminationCommand& command,
                           StreamingQueryManager* manager, Operation* operation,
                           ManagerCommandResult* result) {
  const bool forever = !command.has_timeout_ms();
  int64_t left_ms = command.timeout_ms();
  bool terminated = false;
  while (!operation->interrupted()) {
    const int64_t wait_ms =
        forever ? kManagerPatienceMs : std::clamp<int64_t>(left_ms, 0, kManagerPatienceMs);
    ARROW_ASSIGN_OR_RAISE(terminated, manager->AwaitAnyTermination(wait_ms));
    left_ms -= wait_ms;
    if (terminated || (!forever && left_ms <= 0)) break;
  }
  result->mutable_await_any_termination()->set_terminated(terminated);
  return Status::OK();
}

}  // namespace

Status AskQueryManager(const ManagerCommand& command, ServerSession* session,
                       Operation* operation) {
  const std::shared_ptr<StreamingQueryManager> manager = session->session().Streams();
  Operation::Response response;
  ManagerCommandResult* result = response.mutable_streaming_query_manager_command_result();
  switch (command.command_case()) {
    case ManagerCommand::kActive: {
      auto* active = result->mutable_active();
      for (const auto& query : manager->Active()) Describe(*query, active->add_active_queries());
      break;
    }
    case ManagerCommand::kGetQuery: {
      // No query is an empty result, which clients take as None.
      const auto query = manager->Get(command.get_query());
      if (query != nullptr) {
        session->queries().Keep(query);
        Describe(*query, result->mutable_query());
      }
      break;
    }
    case ManagerCommand::kAwaitAnyTermination:
      ARROW_RETURN_NOT_OK(AwaitAnyTermination(command.await_any_termination(), manager.get(),
                                              operation, result));
      break;
    case ManagerCommand::kResetTerminated:
      manager->ResetTerminated();
      result->set_reset_terminated(true);
      break;
    // A client of 4.0 or later keeps its listeners to itself, so the server never has any.
    case ManagerCommand::kListListeners:
      result->mutable_list_listeners();
      break;
    case ManagerCommand::kAddListener:
    case ManagerCommand::kRemoveListener:
      return UnsupportedMessage("StreamingQueryManagerCommand with a listener of the server");
    default: return UnsupportedMessage("StreamingQueryManagerCommand without a command");
  }
  operation->Send(std::move(response), /*more_follows=*/true);
  return Status::OK();
}

}  // namespace firesteel
