#include "streaming/state_layout.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/error.h"
#include "fmt/format.h"
#include "state/state_metadata.h"
#include "state/state_store.h"

namespace firesteel {
namespace {

using OperatorNames = std::map<int64_t, std::string>;

std::string OperatorDirectory(const QueryCheckpoint& checkpoint, int64_t id) {
  return fmt::format("{}/{}", checkpoint.StateDirectory(), id);
}

// Spark describes a store once, in the folder of partition 0.
std::string StoreDirectory(const QueryCheckpoint& checkpoint, const StatefulOperatorInfo& info,
                           const StatefulOperatorInfo::Store& store) {
  return StateStoreId{.checkpoint_root = checkpoint.StateDirectory(),
                      .operator_id = info.operator_id,
                      .partition = 0,
                      .store_name = store.name}
      .Directory();
}

std::string Render(const OperatorNames& operators) {
  std::string text;
  for (const auto& [id, name] : operators) {
    text += fmt::format("{}{} (operator {})", text.empty() ? "" : ", ", name, id);
  }
  return text.empty() ? "none" : text;
}

Result<OperatorNames> DescribedOperators(QueryCheckpoint* checkpoint) {
  OperatorNames names;
  Env* env = checkpoint->files()->env();
  const Result<std::vector<FileStatus>> entries = env->ListDirectory(checkpoint->StateDirectory());
  if (IsNotFound(entries.status())) return names;
  ARROW_RETURN_NOT_OK(entries.status());
  for (const FileStatus& entry : *entries) {
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    int64_t id = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), id);
    if (read.ec != std::errc() || read.ptr != name.data() + name.size()) continue;
    ARROW_ASSIGN_OR_RAISE(const std::optional<OperatorStateMetadata> metadata,
                          OperatorStateMetadata::Read(checkpoint->files(), entry.path));
    if (metadata) names[metadata->operator_id] = metadata->operator_name;
  }
  return names;
}

Status CheckOperators(QueryCheckpoint* checkpoint, const OperatorNames& in_query) {
  ARROW_ASSIGN_OR_RAISE(const OperatorNames described, DescribedOperators(checkpoint));
  if (!described.empty() && described != in_query) {
    return MakeError(
        "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA",
        {{"OpsInMetadataSeq", Render(described)}, {"OpsInCurBatchSeq", Render(in_query)}});
  }
  OperatorNames without_state;
  for (const auto& [id, name] : in_query) {
    ARROW_ASSIGN_OR_RAISE(const bool exists,
                          checkpoint->files()->env()->Exists(OperatorDirectory(*checkpoint, id)));
    if (!exists) without_state[id] = name;
  }
  if (without_state.empty()) return Status::OK();
  return MakeError("STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY",
                   {{"OpsInCurBatchSeq", Render(without_state)}});
}

}  // namespace

Status CheckStateLayout(QueryCheckpoint* checkpoint,
                        const std::vector<const StatefulOperator*>& operators, bool has_history,
                        bool check_schema) {
  if (has_history) {
    OperatorNames in_query;
    for (const StatefulOperator* stateful : operators) {
      in_query[stateful->info().operator_id] = stateful->info().name;
    }
    ARROW_RETURN_NOT_OK(CheckOperators(checkpoint, in_query));
  }
  if (!check_schema) return Status::OK();
  for (const StatefulOperator* stateful : operators) {
    for (const StatefulOperatorInfo::Store& store : stateful->info().stores) {
      ARROW_ASSIGN_OR_RAISE(
          const std::optional<StateSchema> schema,
          StateSchema::Read(checkpoint->files(),
                            StoreDirectory(*checkpoint, stateful->info(), store)));
      if (!schema) continue;
      ARROW_RETURN_NOT_OK(
          schema->CheckCompatible({.key = store.key_schema, .value = store.value_schema}));
    }
  }
  return Status::OK();
}

Status WriteStateLayout(QueryCheckpoint* checkpoint,
                        const std::vector<const StatefulOperator*>& operators) {
  CheckpointFileManager* files = checkpoint->files();
  for (const StatefulOperator* stateful : operators) {
    const StatefulOperatorInfo& info = stateful->info();
    OperatorStateMetadata metadata{
        .operator_id = info.operator_id, .operator_name = info.name, .stores = {}};
    for (const StatefulOperatorInfo::Store& store : info.stores) {
      metadata.stores.push_back({.name = store.name.empty() ? "default" : store.name,
                                 .prefix_columns = store.prefix_columns,
                                 .partitions = info.partitions});
      const std::string directory = StoreDirectory(*checkpoint, info, store);
      ARROW_ASSIGN_OR_RAISE(const std::optional<StateSchema> there,
                            StateSchema::Read(files, directory));
      if (there) continue;
      const StateSchema schema{.key = store.key_schema, .value = store.value_schema};
      ARROW_RETURN_NOT_OK(schema.Write(files, directory));
    }
    ARROW_RETURN_NOT_OK(metadata.Write(files, OperatorDirectory(*checkpoint, info.operator_id)));
  }
  return Status::OK();
}

}  // namespace firesteel
