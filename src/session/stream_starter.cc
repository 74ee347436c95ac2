#include "session/stream_starter.h"

#include <filesystem>
#include <utility>

#include "common/config_keys.h"
#include "common/env.h"
#include "common/error.h"
#include "common/random.h"
#include "optimizer/optimizer.h"
#include "plan/identifier.h"
#include "session/query_runner.h"

namespace firesteel {
namespace {

unsigned CapabilityOf(OutputMode mode) {
  switch (mode) {
    case OutputMode::kAppend:
      return Table::kStreamingWrite;
    case OutputMode::kUpdate:
      return Table::kUpdateMode;
    case OutputMode::kComplete:
      return Table::kCompleteMode;
  }
  return 0;
}

/// Errors: _LEGACY_ERROR_TEMP_1196.
Status CheckPartitionColumns(const std::vector<std::string>& names, const Schema& schema,
                             bool case_sensitive) {
  for (const std::string& name : names) {
    std::string columns;
    bool found = false;
    for (const StructField& field : schema.fields()) {
      found = found || SameName(field.name, name, case_sensitive);
      columns += (columns.empty() ? "" : ", ") + field.name;
    }
    if (!found) {
      return MakeError(
          "_LEGACY_ERROR_TEMP_1196",
          {{"columnType", "Partition"}, {"columnName", name}, {"validColumnNames", columns}});
    }
  }
  return Status::OK();
}

}  // namespace

Result<StreamDefinition> StreamStarter::Define(const StreamStartRequest& request,
                                               const PlanPtr& analyzed) const {
  if (!analyzed->is_streaming()) return MakeError("WRITE_STREAM_NOT_ALLOWED");
  StreamDefinition definition;
  definition.analyzed_plan = analyzed;
  definition.trigger = request.trigger;
  definition.name = request.name;
  definition.partition_columns = request.partition_columns;
  definition.config = *config;
  ARROW_ASSIGN_OR_RAISE(definition.mode, ParseOutputMode(request.mode));
  ARROW_RETURN_NOT_OK(CheckPartitionColumns(request.partition_columns, analyzed->schema(),
                                            config->Get(config::kCaseSensitive)));
  if (request.batch_sink != nullptr) {
    definition.batch_sink = request.batch_sink;
    definition.on_stop_requested = request.on_stop_requested;
  } else {
    ARROW_RETURN_NOT_OK(MakeSink(request, &definition));
  }
  ARROW_RETURN_NOT_OK(ChooseCheckpoint(request, &definition));
  return definition;
}

Status StreamStarter::MakeSink(const StreamStartRequest& request,
                               StreamDefinition* definition) const {
  definition->sink = request.sink;
  if (definition->sink == nullptr) {
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<TableProvider> provider,
                          catalog->registry().Find(request.format));
    ARROW_ASSIGN_OR_RAISE(
        definition->sink,
        provider->GetTable(definition->analyzed_plan->schema(), request.options, connectors));
  }
  const unsigned capabilities = definition->sink->capabilities();
  if ((capabilities & Table::kStreamingWrite) == 0) {
    return MakeError("STREAMING_SINK_NOT_SUPPORTED", {{"sink", request.format}});
  }
  if ((capabilities & CapabilityOf(definition->mode)) == 0) {
    return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE",
                     {{"className", request.format},
                      {"outputMode", std::string(ToString(definition->mode))}});
  }
  if ((capabilities & Table::kNamedByQuery) != 0 && request.name.empty()) {
    return MakeError("_LEGACY_ERROR_TEMP_1194", {});
  }
  return Status::OK();
}

Status StreamStarter::ChooseCheckpoint(const StreamStartRequest& request,
                                       StreamDefinition* definition) const {
  const unsigned capabilities = definition->sink ? definition->sink->capabilities()
                                                 : unsigned{Table::kEphemeralCheckpoint};
  const std::string root = config->Get(config::kCheckpointLocation);
  if (const std::optional<std::string> location = request.options.Get("checkpointLocation")) {
    ARROW_ASSIGN_OR_RAISE(definition->checkpoint_directory, ToLocalPath(*location));
  } else if (!root.empty()) {
    ARROW_ASSIGN_OR_RAISE(const std::string local_root, ToLocalPath(root));
    definition->checkpoint_directory =
        local_root + "/" + (request.name.empty() ? NewUuid() : request.name);
  } else if ((capabilities & Table::kEphemeralCheckpoint) != 0) {
    definition->checkpoint_directory =
        std::filesystem::temp_directory_path().string() + "/firesteel-checkpoint-" + NewUuid();
    definition->temporary_checkpoint = true;
  } else {
    return MakeError("_LEGACY_ERROR_TEMP_1298",
                     {{"config", std::string(config::kCheckpointLocation.name)}});
  }
  const bool recoverable =
      (capabilities & Table::kNamedByQuery) == 0 || definition->mode == OutputMode::kComplete;
  if (!recoverable) {
    const std::string offsets = definition->checkpoint_directory + "/offsets";
    ARROW_ASSIGN_OR_RAISE(const bool used, connectors.env->Exists(offsets));
    if (used) return MakeError("_LEGACY_ERROR_TEMP_1299", {{"checkpointPath", offsets}});
  }
  return Status::OK();
}

Result<std::string> ExplainAnalyzed(const PlanPtr& parsed, const PlanPtr& analyzed, bool extended,
                                    const Config& config) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr optimized, Optimize(analyzed));
  std::string text;
  if (extended) {
    text += "== Parsed Logical Plan ==\n" + parsed->TreeString();
    text += "\n== Analyzed Logical Plan ==\n" + analyzed->TreeString();
    text += "\n== Optimized Logical Plan ==\n" + optimized->TreeString() + "\n";
  }
  text += "== Physical Plan ==\n";
  if (analyzed->is_streaming())
    return text + "A streaming plan is planned when its query starts.\n";
  ARROW_ASSIGN_OR_RAISE(const PhysicalPlanPtr physical, PlanBatchQuery(analyzed, config));
  return text + physical->TreeString();
}

}  // namespace firesteel
