#include "connectors/kafka/initial_offsets.h"

#include <optional>
#include <string_view>

#include "checkpoint/metadata_log.h"

namespace firesteel {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kStart = "\0v1\n"sv;

Result<PartitionOffsets> ParseInitialOffsets(std::string_view content, const std::string& file) {
  std::string_view json = content;
  if (json.starts_with(kStart)) {
    json.remove_prefix(kStart.size());
  } else if (json.starts_with("\0{"sv)) {
    json.remove_prefix(1);  // as Spark 2.1 wrote it
  } else {
    return Status::Invalid(file, " does not hold the initial offsets of a Kafka source.");
  }
  Result<PartitionOffsets> offsets = PartitionOffsetsFromJson(json);
  if (offsets.ok()) return offsets;
  return offsets.status().WithMessage(file, ": ", offsets.status().message());
}

}  // namespace

Result<PartitionOffsets> InitialOffsets(const std::string& directory, Env* env,
                                        const std::function<Result<PartitionOffsets>()>& decide) {
  CheckpointFileManager files(env);
  ARROW_ASSIGN_OR_RAISE(MetadataLog log, MetadataLog::Open(&files, directory));
  ARROW_ASSIGN_OR_RAISE(const std::optional<std::string> content, log.Get(0));
  if (content) return ParseInitialOffsets(*content, directory + "/0");
  ARROW_ASSIGN_OR_RAISE(PartitionOffsets offsets, decide());
  ARROW_RETURN_NOT_OK(log.Add(0, std::string(kStart) + PartitionOffsetsToJson(offsets)).status());
  return offsets;
}

}  // namespace firesteel
