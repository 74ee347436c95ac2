#include "checkpoint/metadata_log.h"

#include <algorithm>
#include <utility>

#include "checkpoint/log_text.h"
#include "common/error.h"
#include "fmt/format.h"

namespace firesteel {
Result<MetadataLog> MetadataLog::Open(CheckpointFileManager* files, std::string directory) {
  if (directory.empty()) return InternalError("A log needs a directory.");
  return MetadataLog(files, std::move(directory));
}

std::string MetadataLog::PathOf(int64_t id) const { return fmt::format("{}/{}", directory_, id); }

Result<bool> MetadataLog::Add(int64_t id, std::string_view content) {
  if (id < 0) return InternalError(fmt::format("{} is no batch id.", id));
  if (!directory_made_) {
    // Not in Open: a log that is only read leaves no trace.
    ARROW_RETURN_NOT_OK(files_->CreateDirectories(directory_));
    directory_made_ = true;
  }
  const std::string path = PathOf(id);
  ARROW_ASSIGN_OR_RAISE(const bool exists, files_->env()->Exists(path));
  if (exists) return false;
  const Status written = files_->WriteAtomic(path, content, /*overwrite=*/false);
  if (IsAlreadyExists(written)) {
    return MakeErrorCausedBy("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(id)}},
                             written);
  }
  ARROW_RETURN_NOT_OK(written);
  return true;
}

Result<std::optional<std::string>> MetadataLog::Get(int64_t id) const {
  Result<std::string> content = files_->env()->ReadFile(PathOf(id));
  if (IsNotFound(content.status())) return std::nullopt;
  ARROW_RETURN_NOT_OK(content.status());
  return std::optional<std::string>(std::move(*content));
}

Result<std::vector<int64_t>> MetadataLog::List() const {
  const Result<std::vector<FileStatus>> files = files_->env()->ListDirectory(directory_);
  std::vector<int64_t> ids;
  if (IsNotFound(files.status())) return ids;
  ARROW_RETURN_NOT_OK(files.status());
  for (const FileStatus& file : *files) {
    const std::string_view path = file.path;
    const std::optional<int64_t> id = ParseBatchId(path.substr(path.rfind('/') + 1));
    if (id.has_value() && !file.is_directory) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<std::optional<int64_t>> MetadataLog::LatestId() const {
  ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> ids, List());
  if (ids.empty()) return std::nullopt;
  return std::optional<int64_t>(ids.back());
}

Status MetadataLog::Purge(int64_t threshold) {
  std::vector<int64_t> expired;
  if (purged_below_.has_value()) {
    for (int64_t id = *purged_below_; id < threshold; ++id) expired.push_back(id);
  } else {
    ARROW_ASSIGN_OR_RAISE(expired, List());
    std::erase_if(expired, [threshold](int64_t id) { return id >= threshold; });
  }
  for (const int64_t id : expired) {
    ARROW_RETURN_NOT_OK(RemoveIfExists(files_->env(), PathOf(id)));
    ARROW_RETURN_NOT_OK(
        RemoveIfExists(files_->env(), fmt::format("{}/.{}.crc", directory_, id)));
  }
  purged_below_ = std::max(purged_below_.value_or(threshold), threshold);
  return Status::OK();
}

}  // namespace firesteel
