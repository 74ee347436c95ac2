#include "checkpoint/commit_log.h"

#include <utility>

#include "checkpoint/log_text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace firesteel {
namespace {

constexpr int64_t kCommitMetadataLine = 2;
constexpr char kWatermarkKey[] = "nextBatchWatermarkMs";

Result<CommitMetadata> ParseCommit(std::string_view text, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string_view> lines, ParseLogLines(text, path));
  CommitMetadata metadata;
  // Spark 2.2 and 2.3 wrote no watermark.
  if (lines.empty() || lines[0].empty()) return metadata;
  if (lines.size() > 1) {
    return MalformedLog(path, kCommitMetadataLine + 1,
                        "nothing was expected after the second line");
  }
  const auto json = nlohmann::json::parse(lines[0], nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return MalformedLog(path, kCommitMetadataLine, "a JSON object was expected");
  const auto found = json.find(kWatermarkKey);
  if (found == json.end()) return metadata;
  const bool too_large = found->is_number_unsigned() && found->get<uint64_t>() > INT64_MAX;
  if (!found->is_number_integer() || too_large) {
    return MalformedLog(path, kCommitMetadataLine,
                        fmt::format("{} is no whole number", kWatermarkKey));
  }
  metadata.next_batch_watermark_ms = found->get<int64_t>();
  return metadata;
}

}  // namespace

Result<CommitLog> CommitLog::Open(CheckpointFileManager* files, std::string directory) {
  ARROW_ASSIGN_OR_RAISE(MetadataLog log, MetadataLog::Open(files, std::move(directory)));
  return CommitLog(std::move(log));
}

Result<bool> CommitLog::Add(int64_t id, const CommitMetadata& metadata) {
  return log_.Add(id, fmt::format("v{}\n{{\"{}\":{}}}", kLogVersion, kWatermarkKey,
                                  metadata.next_batch_watermark_ms));
}

Result<std::optional<CommitMetadata>> CommitLog::Get(int64_t id) const {
  ARROW_ASSIGN_OR_RAISE(const std::optional<std::string> text, log_.Get(id));
  if (!text.has_value()) return std::nullopt;
  ARROW_ASSIGN_OR_RAISE(const CommitMetadata metadata,
                        ParseCommit(*text, fmt::format("{}/{}", log_.directory(), id)));
  return std::optional<CommitMetadata>(metadata);
}

}  // namespace firesteel
