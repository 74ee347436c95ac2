#include <utility>

#include "connect/server/arrow_results.h"
#include "connect/server/catalog_lists.h"
#include "connect/server/commands/commands.h"
#include "connect/server/plan_translator.h"
#include "connect/server/requests.h"
#include "connect/server/user_functions.h"
#include "common/random.h"
#include "plan/relations.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

/// `spark.sql(…)`. A command has run when its text has been translated and its rows go back with the
/// answer; a query goes back as it came, to be run when its rows are wanted.
Status ExecuteSql(const spark::connect::SqlCommand& command, ServerSession* session,
                  Operation* operation) {
  const spark::connect::Relation& input = command.input();
  PlanTranslator translator(session);
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, translator.Translate(input));
  Operation::Response response;
  spark::connect::Relation* relation =
      response.mutable_sql_command_result()->mutable_relation();
  if (!translator.ran_command()) {
    *relation = input;
  } else {
    const LocalRelation& rows = *As<LocalRelation>(plan);
    ARROW_ASSIGN_OR_RAISE(
        *relation->mutable_local_relation()->mutable_data(),
        ToArrowStream(rows.schema(), rows.batches(), session->time_zone()));
    relation->mutable_local_relation()->set_schema(rows.schema().Json());
  }
  operation->Send(std::move(response), /*more_follows=*/true);
  return Status::OK();
}

/// The rows as they are now under a name of their own. What is asked of the files of a checkpoint, to
/// outlive a machine, makes no difference on one.
Status Checkpoint(const spark::connect::CheckpointCommand& command, ServerSession* session,
                  Operation* operation) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, PlanTranslator(session).Translate(command.relation()));
  const std::shared_ptr<SessionBackend>& backend = session->session().backend();
  ARROW_ASSIGN_OR_RAISE(QueryResult result, backend->ExecutePlan(plan));
  const std::string id = NewUuid();
  session->KeepRelation(id, DataFrame(backend, LocalRelation::Make(result.schema,
                                                                   std::move(result.batches))));
  Operation::Response response;
  response.mutable_checkpoint_command_result()->mutable_relation()->set_relation_id(id);
  operation->Send(std::move(response), /*more_follows=*/true);
  return Status::OK();
}

Status CreateFrameView(const spark::connect::CreateDataFrameViewCommand& command,
                       ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, PlanTranslator(session).Translate(command.input()));
  const DataFrame frame(session->session().backend(), std::move(plan));
  if (command.is_global()) {
    ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> name, ParseTableName(command.name()));
    ARROW_ASSIGN_OR_RAISE(PlanPtr analyzed, frame.backend()->AnalyzePlan(frame.plan()));
    return frame.backend()->catalog()->CreateView(
        name.back(), StoredView{std::move(analyzed), "", std::nullopt}, true, command.replace());
  }
  return command.replace() ? frame.CreateOrReplaceTempView(command.name())
                           : frame.CreateTempView(command.name());
}

}  // namespace

Status ExecuteCommand(const spark::connect::Command& command, ServerSession* session,
                      Operation* operation) {
  using Command = spark::connect::Command;
  switch (command.command_type_case()) {
    case Command::kSqlCommand: return ExecuteSql(command.sql_command(), session, operation);
    case Command::kCreateDataframeView:
      return CreateFrameView(command.create_dataframe_view(), session);
    case Command::kWriteOperation:
      return WriteRelation(command.write_operation(), session, operation);
    case Command::kWriteOperationV2:
      return WriteRelation(command.write_operation_v2(), session, operation);
    case Command::kMergeIntoTableCommand:
      return MergeIntoTable(command.merge_into_table_command(), session);
    case Command::kGetResourcesCommand: {
      // There are none besides processors and memory.
      Operation::Response response;
      response.mutable_get_resources_command_result();
      operation->Send(std::move(response), /*more_follows=*/true);
      return Status::OK();
    }
    case Command::kCheckpointCommand:
      return Checkpoint(command.checkpoint_command(), session, operation);
    case Command::kWriteStreamOperationStart:
      return StartStreamingQuery(command.write_stream_operation_start(), session, operation);
    case Command::kStreamingQueryCommand:
      return AskStreamingQuery(command.streaming_query_command(), session, operation);
    case Command::kStreamingQueryManagerCommand:
      return AskQueryManager(command.streaming_query_manager_command(), session, operation);
    case Command::kStreamingQueryListenerBusCommand:
      return ServeListenerBus(command.streaming_query_listener_bus_command(), session, operation);
    case Command::kRegisterFunction: return RegisterFunction(command.register_function(), session);
    case Command::kRegisterTableFunction:
      return RegisterFunction(command.register_table_function(), session);
    case Command::kRemoveCachedRemoteRelationCommand:
      session->RemoveRelation(
          command.remove_cached_remote_relation_command().relation().relation_id());
      return Status::OK();
    default: return UnsupportedKind(command, "command_type");
  }
}

}  // namespace firesteel
