#include <string>
#include <utility>

#include "catalog/catalog.h"
#include "common/error.h"
#include "connect/server/catalog_lists.h"
#include "connect/server/commands/commands.h"
#include "connect/server/event_forwarder.h"
#include "connect/server/plan_translator.h"
#include "connect/server/user_function_sinks.h"
#include "plan/table_commands.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

using Start = spark::connect::WriteStreamOperationStart;

/// Continuous processing and the real-time mode are engines of their own, which we do not have.
Status RefuseTrigger(const Start& start, const std::string& interval, const std::string& name) {
  ARROW_RETURN_NOT_OK(Trigger::ProcessingTime(interval).status());
  if (start.has_foreach_batch()) {
    return MakeError("_LEGACY_ERROR_TEMP_1195",
                     {{"msg", "foreachBatch needs batches, the trigger " + name + " has none."}});
  }
  return MakeError("_LEGACY_ERROR_TEMP_3102",
                   {{"msg", "The trigger " + name + " is not supported."}});
}

Result<Trigger> TriggerOf(const Start& start) {
  switch (start.trigger_case()) {
    case Start::kProcessingTimeInterval:
      return Trigger::ProcessingTime(start.processing_time_interval());
    case Start::kAvailableNow: return Trigger::AvailableNow();
    case Start::kOnce: return Trigger::Once();
    case Start::kContinuousCheckpointInterval:
      ARROW_RETURN_NOT_OK(
          RefuseTrigger(start, start.continuous_checkpoint_interval(), "continuous"));
      break;
    case Start::kRealTimeBatchDuration:
      ARROW_RETURN_NOT_OK(RefuseTrigger(start, start.real_time_batch_duration(), "realTime"));
      break;
    default: break;
  }
  return Trigger();
}

Status ChooseSink(const Start& start, const std::shared_ptr<ServerSession>& session,
                  StreamStartRequest* request) {
  std::shared_ptr<UserFunctionSink> sink;
  if (start.has_foreach_batch()) {
    ARROW_ASSIGN_OR_RAISE(sink, NewForeachBatchFunctionSink(start.foreach_batch(), session));
  } else if (start.has_foreach_writer()) {
    ARROW_ASSIGN_OR_RAISE(sink, NewForeachFunctionSink(start.foreach_writer(), session));
  } else if (!start.format().empty()) {
    request->format = start.format();
  } else {
    request->format =
        session->session().Conf().Get("spark.sql.sources.default").value_or("parquet");
  }
  request->batch_sink = sink;
  if (sink != nullptr) request->on_stop_requested = [sink] { sink->Interrupt(); };
  return Status::OK();
}

/// The sink is the table's files; a table that is not there is made.
Status WriteToTable(const Start& start, const std::shared_ptr<ServerSession>& session,
                    StreamStartRequest* request) {
  const std::shared_ptr<SessionBackend>& backend = session->session().backend();
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> name, ParseTableName(start.table_name()));
  ARROW_ASSIGN_OR_RAISE(std::optional<StoredTable> table, backend->catalog()->FindTable(name));
  if (!table) {
    CreateTable::Definition definition;
    definition.name = name;
    definition.format = start.format();
    ARROW_ASSIGN_OR_RAISE(definition.schema, DataFrame(backend, request->plan).Schema());
    definition.partition_columns = request->partition_columns;
    if (const auto path = request->options.Get("path")) definition.location = *path;
    ARROW_RETURN_NOT_OK(
        backend->ExecuteCommand(std::make_shared<CreateTable>(std::move(definition), nullptr))
            .status());
    ARROW_ASSIGN_OR_RAISE(table, backend->catalog()->FindTable(name));
  }
  if (!table || table->is_view()) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"viewName", start.table_name()}, {"operation", "toTable"}});
  }
  request->format = table->format;
  request->options.Set("path", table->location);
  request->partition_columns = table->partition_columns;
  return Status::OK();
}

Result<StreamStartRequest> ToRequest(const Start& start,
                                     const std::shared_ptr<ServerSession>& session) {
  StreamStartRequest request;
  ARROW_ASSIGN_OR_RAISE(request.trigger, TriggerOf(start));
  ARROW_ASSIGN_OR_RAISE(request.plan, PlanTranslator(session.get()).Translate(start.input()));
  for (const auto& [name, value] : start.options()) request.options.Set(name, value);
  if (!start.path().empty()) request.options.Set("path", start.path());
  const auto& columns = start.partitioning_column_names();
  request.partition_columns.assign(columns.begin(), columns.end());
  request.mode = start.output_mode().empty() ? "append" : start.output_mode();
  request.name = start.query_name();
  // What can be wrong with the query is said before a worker is started for it.
  const DataFrame frame(session->session().backend(), request.plan);
  ARROW_ASSIGN_OR_RAISE(const bool streaming, frame.IsStreaming());
  if (!streaming) return MakeError("WRITE_STREAM_NOT_ALLOWED");
  ARROW_RETURN_NOT_OK(ChooseSink(start, session, &request));
  if (start.has_table_name()) ARROW_RETURN_NOT_OK(WriteToTable(start, session, &request));
  return request;
}

}  // namespace

Status StartStreamingQuery(const Start& start, ServerSession* session, Operation* operation) {
  ARROW_ASSIGN_OR_RAISE(const StreamStartRequest request,
                        ToRequest(start, session->shared_from_this()));
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<StreamingQuery> query,
                        session->session().backend()->StartStream(request));
  session->queries().Keep(query);
  Operation::Response response;
  auto* result = response.mutable_write_stream_operation_start_result();
  result->mutable_query_id()->set_id(query->Id());
  result->mutable_query_id()->set_run_id(query->RunId());
  result->set_name(query->Name());
  if (const auto forwarder = session->listener()) {
    if (auto json = forwarder->TakeStarted(query->RunId())) {
      result->set_query_started_event_json(*std::move(json));
    }
  }
  operation->Send(std::move(response), /*more_follows=*/true);
  return Status::OK();
}

}  // namespace firesteel
