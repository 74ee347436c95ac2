#include "connectors/file/sink_log.h"

#include <utility>

#include "checkpoint/compactible_file_log.h"
#include "common/clock.h"
#include "nlohmann/json.hpp"

namespace firesteel {

std::string SinkLogEntry::ToJson() const {
  nlohmann::ordered_json json;
  json["path"] = ToFileUri(path);
  json["size"] = size;
  json["isDir"] = false;
  json["modificationTime"] = modification_time_ms;
  json["blockReplication"] = 1;
  json["blockSize"] = 33554432;
  json["action"] = "add";
  return json.dump();
}

Result<SinkLogEntry> SinkLogEntry::FromJson(std::string_view text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto is = [&](const char* key, bool (nlohmann::json::*type)() const noexcept) {
    return json.is_object() && json.contains(key) && (json[key].*type)();
  };
  if (!is("path", &nlohmann::json::is_string) || !is("size", &nlohmann::json::is_number_integer) ||
      !is("modificationTime", &nlohmann::json::is_number_integer)) {
    return Status::Invalid("A line of the file sink's log is malformed: ", text);
  }
  SinkLogEntry entry;
  ARROW_ASSIGN_OR_RAISE(entry.path, ToLocalPath(json["path"].get<std::string>()));
  entry.size = json["size"].get<int64_t>();
  entry.modification_time_ms = json["modificationTime"].get<int64_t>();
  return entry;
}

Result<std::vector<SinkLogEntry>> SinkLogEntry::FromLines(std::string_view lines) {
  std::vector<SinkLogEntry> entries;
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    ARROW_ASSIGN_OR_RAISE(SinkLogEntry entry, FromJson(lines.substr(0, end)));
    entries.push_back(std::move(entry));
    lines.remove_prefix(end == lines.npos ? lines.size() : end + 1);
  }
  return entries;
}

std::string SinkLogDirectory(std::string_view output_directory) {
  return std::string(output_directory) + "/_spark_metadata";
}

Result<bool> HasSinkLog(Env* env, const std::string& output_directory) {
  return env->Exists(SinkLogDirectory(output_directory));
}

Result<std::vector<FileStatus>> ListCommittedFiles(Env* env, const std::string& output_directory) {
  CheckpointFileManager files(env);
  ARROW_ASSIGN_OR_RAISE(CompactibleFileLog log,
                        CompactibleFileLog::Open(&files, Clock::System(),
                                                 SinkLogDirectory(output_directory), {}));
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> lines, log.AllEntries());
  std::vector<FileStatus> committed;
  committed.reserve(lines.size());
  for (const std::string& line : lines) {
    ARROW_ASSIGN_OR_RAISE(SinkLogEntry entry, SinkLogEntry::FromJson(line));
    committed.push_back({std::move(entry.path), entry.size, entry.modification_time_ms, false});
  }
  return committed;
}

}  // namespace firesteel
