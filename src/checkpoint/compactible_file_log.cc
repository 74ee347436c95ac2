#include "checkpoint/compactible_file_log.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "checkpoint/log_text.h"
#include "common/error.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

constexpr std::string_view kCompactSuffix = ".compact";

// Write in pieces of this size: a compaction may be large.
constexpr size_t kPieceBytes = 1 << 20;

// Beyond this many tries a damaged name, such as 9223372036854775806.compact, is not worth more.
constexpr int64_t kMaxDivisorTries = 1'000'000;

// Finds the interval of a log whose only compaction is `compacted_id`: the smallest divisor of
// `compacted_id` + 1 that is not below the configured interval, so that the existing file stays in
// step. Spark does the same, and both must agree on which ids are compactions.
int64_t DeriveInterval(int64_t configured, int64_t compacted_id) {
  const int64_t batches = compacted_id + 1;
  const int64_t last = std::min(batches / 2, configured + kMaxDivisorTries);
  for (int64_t candidate = configured; candidate <= last; ++candidate) {
    if (batches % candidate == 0) return candidate;
  }
  return batches;
}

}  // namespace

Result<CompactibleFileLog> CompactibleFileLog::Open(CheckpointFileManager* files, Clock* clock,
                                                    std::string directory, Options options) {
  if (options.compact_interval < 1) {
    return InternalError("The interval between two compactions must be at least 1.");
  }
  CompactibleFileLog log(files, clock, std::move(directory), options);
  ARROW_ASSIGN_OR_RAISE(const auto listed, log.ListFiles());
  std::vector<int64_t> compactions;
  for (const auto& [id, file] : listed) {
    if (file.compact) compactions.push_back(id);
  }
  const size_t count = compactions.size();
  if (count == 1) {
    log.options_.compact_interval = DeriveInterval(options.compact_interval, compactions[0]);
  } else if (count > 1) {
    log.options_.compact_interval = compactions[count - 1] - compactions[count - 2];
  }
  return log;
}

Result<std::map<int64_t, CompactibleFileLog::LogFile>> CompactibleFileLog::ListFiles() const {
  const Result<std::vector<FileStatus>> files = files_->env()->ListDirectory(directory_);
  std::map<int64_t, LogFile> listed;
  if (IsNotFound(files.status())) return listed;
  ARROW_RETURN_NOT_OK(files.status());
  for (const FileStatus& file : *files) {
    std::string_view name = std::string_view(file.path).substr(file.path.rfind('/') + 1);
    const bool compact = name.ends_with(kCompactSuffix);
    if (compact) name.remove_suffix(kCompactSuffix.size());
    const std::optional<int64_t> id = ParseBatchId(name);
    if (!id.has_value() || *id == INT64_MAX || file.is_directory) continue;
    LogFile& entry = listed[*id];
    if (entry.compact) continue;
    entry = {.path = file.path,
             .compact = compact,
             .modification_time_ms = file.modification_time_ms};
  }
  return listed;
}

Result<std::vector<std::string>> CompactibleFileLog::ReadEntries(const std::string& path) const {
  ARROW_ASSIGN_OR_RAISE(const std::string text, files_->env()->ReadFile(path));
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string_view> lines, ParseLogLines(text, path));
  // A log without entries is just the version; a line break after it begins an entry.
  if (lines.empty() && text.ends_with('\n')) return MalformedLog(path, 2, "it is cut off");
  std::vector<std::string> entries;
  entries.reserve(lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with('{') || !lines[i].ends_with('}')) {
      return MalformedLog(path, static_cast<int64_t>(i) + 2, "a JSON object was expected");
    }
    entries.emplace_back(lines[i]);
  }
  return entries;
}

// Reads the last compaction that is not after `last_id`, and what follows it.
Result<std::vector<std::string>> CompactibleFileLog::ReadUpTo(
    const std::map<int64_t, LogFile>& listed, int64_t last_id) const {
  int64_t first_id = 0;
  for (const auto& [id, file] : listed) {
    if (file.compact && id <= last_id) first_id = id;
  }
  std::vector<std::string> entries;
  for (int64_t id = first_id; id <= last_id; ++id) {
    const auto found = listed.find(id);
    if (found == listed.end()) {
      const std::string path = fmt::format("{}/{}", directory_, id);
      return MalformedLog(path, 0,
                          fmt::format("it does not exist, but the log goes on to {}", last_id));
    }
    ARROW_ASSIGN_OR_RAISE(std::vector<std::string> more, ReadEntries(found->second.path));
    entries.insert(entries.end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
  }
  return entries;
}

Status CompactibleFileLog::WriteFile(const std::string& path, const std::vector<std::string>& older,
                                     const std::vector<std::string>& entries) {
  ARROW_ASSIGN_OR_RAISE(auto file, files_->CreateAtomic(path, /*overwrite=*/false));
  std::string piece = fmt::format("v{}", kLogVersion);
  for (const std::vector<std::string>* list : {&older, &entries}) {
    for (const std::string& entry : *list) {
      piece.push_back('\n');
      piece.append(entry);
      if (piece.size() < kPieceBytes) continue;
      ARROW_RETURN_NOT_OK(file->Append(piece));
      piece.clear();
    }
  }
  ARROW_RETURN_NOT_OK(file->Append(piece));
  return file->Close();
}

Result<bool> CompactibleFileLog::Add(int64_t id, const std::vector<std::string>& entries) {
  if (id < 0) return InternalError(fmt::format("{} is no batch id.", id));
  for (const std::string& entry : entries) {
    if (entry.find_first_of("\r\n") != std::string::npos || !entry.starts_with('{') ||
        !entry.ends_with('}')) {
      return InternalError(fmt::format("{} is no JSON object in one line.", entry));
    }
  }
  if (!directory_made_) {
    ARROW_RETURN_NOT_OK(files_->CreateDirectories(directory_));
    directory_made_ = true;
  }
  std::string path = fmt::format("{}/{}", directory_, id);
  for (const std::string& existing : {path, path + std::string(kCompactSuffix)}) {
    ARROW_ASSIGN_OR_RAISE(const bool exists, files_->env()->Exists(existing));
    if (exists) return false;
  }
  std::vector<std::string> older;
  if (IsCompaction(id)) {
    path += kCompactSuffix;
    ARROW_ASSIGN_OR_RAISE(const auto listed, ListFiles());
    ARROW_ASSIGN_OR_RAISE(older, ReadUpTo(listed, id - 1));
  }
  const Status written = WriteFile(path, older, entries);
  if (IsAlreadyExists(written)) {
    return MakeErrorCausedBy("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(id)}},
                             written);
  }
  ARROW_RETURN_NOT_OK(written);
  // Only a compaction makes files superfluous.
  if (IsCompaction(id)) ARROW_RETURN_NOT_OK(RemoveExpired(id));
  return true;
}

// Keeps the last compaction before the oldest batch to be retained and all that follows. Younger
// files are left for the next time: a reader that listed the log a moment ago may still open them.
Status CompactibleFileLog::RemoveExpired(int64_t current_id) {
  ARROW_ASSIGN_OR_RAISE(const auto listed, ListFiles());
  const int64_t oldest_retained = current_id + 1 - options_.minimum_batches_to_retain;
  std::optional<int64_t> keep_from;
  for (const auto& [id, file] : listed) {
    if (file.compact && id < oldest_retained) keep_from = id;
  }
  if (!keep_from.has_value()) return Status::OK();
  const int64_t expired_before_ms = clock_->NowMs() - options_.cleanup_delay_ms;
  for (const auto& [id, file] : listed) {
    if (id >= *keep_from || file.modification_time_ms > expired_before_ms) continue;
    const std::string_view name = std::string_view(file.path).substr(file.path.rfind('/') + 1);
    for (const std::string& path : {file.path, fmt::format("{}/.{}.crc", directory_, name)}) {
      const Status removed = files_->env()->RemoveFile(path);
      if (!removed.ok() && !IsNotFound(removed)) return removed;
    }
  }
  return Status::OK();
}

Result<std::optional<std::vector<std::string>>> CompactibleFileLog::Get(int64_t id) const {
  const std::string path = fmt::format("{}/{}", directory_, id);
  for (const std::string& candidate : {path + std::string(kCompactSuffix), path}) {
    Result<std::vector<std::string>> entries = ReadEntries(candidate);
    if (IsNotFound(entries.status())) continue;
    ARROW_RETURN_NOT_OK(entries.status());
    return std::optional<std::vector<std::string>>(std::move(*entries));
  }
  return std::nullopt;
}

Result<std::optional<int64_t>> CompactibleFileLog::LatestId() const {
  ARROW_ASSIGN_OR_RAISE(const auto listed, ListFiles());
  if (listed.empty()) return std::nullopt;
  return std::optional<int64_t>(listed.rbegin()->first);
}

Result<std::vector<std::string>> CompactibleFileLog::AllEntries() const {
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto listed, ListFiles());
    if (listed.empty()) return std::vector<std::string>();
    const int64_t last_id = listed.rbegin()->first;
    Result<std::vector<std::string>> entries = ReadUpTo(listed, last_id);
    if (!IsNotFound(entries.status())) return entries;
    // A file that was listed is gone. Only its writer removes files, after a newer compaction: then
    // the new list is another one, and each further round needs yet another compaction.
    ARROW_ASSIGN_OR_RAISE(const auto listed_again, ListFiles());
    if (listed_again.empty() || listed_again.rbegin()->first == last_id) return entries.status();
  }
}

}  // namespace firesteel
