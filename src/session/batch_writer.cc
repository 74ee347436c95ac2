#include "session/batch_writer.h"

#include <memory>
#include <utility>

#include "common/config_keys.h"
#include "common/error.h"
#include "exec/physical_plan.h"
#include "plan/relations.h"
#include "session/observed_runs.h"
#include "session/query_runner.h"
#include "streaming/streaming_write_output.h"

namespace firesteel {
namespace {

/// Where a file table lies: what its name says after the format.
std::string_view PlaceOf(const Table& table, const std::string& name) {
  if ((table.capabilities() & Table::kBatchRead) == 0) return {};
  const size_t space = name.find(' ');
  return space == std::string::npos ? std::string_view() : std::string_view(name).substr(space);
}

/// Overwriting what the query still reads would lose it.
Status CheckDoesNotRead(const PlanPtr& plan, const Table& target) {
  if (const auto* scan = As<TableScan>(plan)) {
    const std::string read_name = scan->table()->Name();
    const std::string written_name = target.Name();
    const std::string_view place = PlaceOf(target, written_name);
    if (!place.empty() && place == PlaceOf(*scan->table(), read_name)) {
      return MakeError("UNSUPPORTED_OVERWRITE.PATH", {{"path", std::string(place.substr(1))}});
    }
  }
  for (const PlanPtr& child : plan->children()) {
    ARROW_RETURN_NOT_OK(CheckDoesNotRead(child, target));
  }
  return Status::OK();
}

}  // namespace

Status BatchWriter::Write(const BatchWriteRequest& request, const PlanPtr& analyzed) const {
  if (analyzed->is_streaming()) {
    return MakeError("CALL_ON_STREAMING_DATASET_UNSUPPORTED", {{"methodName", "`write`"}});
  }
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<TableProvider> provider,
                        catalog->registry().Find(request.format));
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<Table> table,
                        provider->GetTable(analyzed->schema(), request.options, connectors));
  if ((table->capabilities() & Table::kBatchWrite) == 0) {
    return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                     {{"tableName", request.format}, {"operation", "append in batch mode"}});
  }
  if (request.mode == SaveMode::kOverwrite) {
    ARROW_RETURN_NOT_OK(CheckDoesNotRead(analyzed, *table));
  }
  WriteRequest write_request;
  write_request.schema = analyzed->schema();
  write_request.partition_columns = request.partition_columns;
  write_request.options = request.options;
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<StreamingWrite> write,
                        table->NewBatchWrite(write_request, request.mode));
  // Says yes where something is there that is to be left alone.
  ARROW_ASSIGN_OR_RAISE(const bool nothing_to_do, write->IsCommitted(0));
  if (nothing_to_do) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const PhysicalPlanPtr plan, PlanBatchQuery(analyzed, *config));
  ExecutionServices of_session = services;
  of_session.batch_rows = config->Get(config::kBatchRows);
  BatchContext batch;
  batch.batch_id = 0;
  batch.batch_timestamp_ms = services.clock->NowMs();
  const CancellationToken never_cancelled;
  ExecutionContext execution(&of_session, std::move(batch), &never_cancelled);
  const std::unique_ptr<BatchOutput> output = NewStreamingWriteOutput(
      std::move(write), [](std::string_view) { return Status::OK(); });
  const Status written = output->Write(*plan, &execution, [] { return Status::OK(); }).status();
  return written.ok() ? DeliverMetrics(analyzed, *plan, &execution)
                      : DeliverFailure(analyzed, written);
}

}  // namespace firesteel
