#include "streaming/source_watermarks.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "checkpoint/log_text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"
#include "plan/event_time.h"
#include "plan/relations.h"
#include "state/crc32c.h"

namespace firesteel {
namespace {

constexpr char kTimesKey[] = "maxEventTimeMs";
constexpr std::string_view kSuffix = ".watermarks";
constexpr int64_t kTimesLine = 2;
constexpr int64_t kChecksumLine = 3;

using Times = std::map<std::string, int64_t>;

/// The batch whose file is called `name`.
std::optional<int64_t> BatchOf(std::string_view name) {
  if (!name.starts_with('.') || !name.ends_with(kSuffix)) return std::nullopt;
  name.remove_prefix(1);
  name.remove_suffix(std::min(kSuffix.size(), name.size()));
  return ParseBatchId(name);
}

std::string ChecksumOf(std::string_view line) { return fmt::format("{:08x}", Crc32c(line)); }

Status Damaged(const std::string& path, int64_t line, std::string_view reason) {
  return MalformedLog(path, line,
                      fmt::format("{}; with all files of this kind removed the watermark of each "
                                  "source starts anew, as in Spark",
                                  reason));
}

Result<Times> ParseTimes(std::string_view text, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string_view> lines, ParseLogLines(text, path));
  if (lines.size() != 2) return Damaged(path, 0, "two lines after the version were expected");
  if (lines[1] != ChecksumOf(lines[0])) {
    return Damaged(path, kChecksumLine, "the checksum does not fit");
  }
  const auto json = nlohmann::json::parse(lines[0], nullptr, /*allow_exceptions=*/false);
  const bool has_times =
      json.is_object() && json.contains(kTimesKey) && json[kTimesKey].is_object();
  if (!has_times) return Damaged(path, kTimesLine, "a JSON object with event times was expected");
  Times times;
  for (const auto& [name, time] : json[kTimesKey].items()) {
    if (!time.is_number_integer()) {
      return Damaged(path, kTimesLine, fmt::format("the time of {} is no whole number", name));
    }
    times[name] = time.get<int64_t>();
  }
  return times;
}

std::set<int> SourcesBelow(const PlanPtr& plan) {
  std::set<int> sources;
  ForEach<LogicalPlan>(plan, [&](const PlanPtr& node) {
    const auto* scan = As<TableScan>(node);
    if (scan != nullptr && scan->is_streaming()) sources.insert(scan->source_index());
  });
  return sources;
}

}  // namespace

std::map<int64_t, std::string> NameWatermarks(const PlanPtr& plan) {
  std::map<int64_t, std::string> names;
  std::map<std::string, int> uses;
  ForEach<LogicalPlan>(plan, [&](const PlanPtr& node) {
    const auto* watermark = As<EventTimeWatermark>(node);
    if (watermark == nullptr || names.contains(watermark->node_id())) return;
    std::string name = fmt::format("{}", fmt::join(SourcesBelow(node), "+"));
    if (const int use = ++uses[name]; use > 1) name += fmt::format("#{}", use);
    names[watermark->node_id()] = std::move(name);
  });
  return names;
}

SourceWatermarks::SourceWatermarks(CheckpointFileManager* files, std::string commits_directory,
                                   std::map<int64_t, std::string> names)
    : files_(files), directory_(std::move(commits_directory)), names_(std::move(names)) {}

std::string SourceWatermarks::PathOf(int64_t batch_id) const {
  return fmt::format("{}/.{}{}", directory_, batch_id, kSuffix);
}

Result<std::vector<int64_t>> SourceWatermarks::List() const {
  std::vector<int64_t> batches;
  const Result<std::vector<FileStatus>> files = files_->env()->ListDirectory(directory_);
  if (IsNotFound(files.status())) return batches;
  ARROW_RETURN_NOT_OK(files.status());
  for (const FileStatus& file : *files) {
    const std::string_view path = file.path;
    const std::optional<int64_t> batch = BatchOf(path.substr(path.rfind('/') + 1));
    if (batch && !file.is_directory) batches.push_back(*batch);
  }
  return batches;
}

Status SourceWatermarks::Load(int64_t batch_id) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> batches, List());
  const auto before = [batch_id](int64_t batch) { return batch < batch_id; };
  const bool has_own = std::find(batches.begin(), batches.end(), batch_id) != batches.end();
  if (!has_own && std::any_of(batches.begin(), batches.end(), before)) {
    return Damaged(PathOf(batch_id), 0, "it is missing, but those of earlier batches are there");
  }
  return LoadIfThere(batch_id);
}

Status SourceWatermarks::LoadIfThere(int64_t batch_id) {
  const std::string path = PathOf(batch_id);
  const Result<std::string> text = files_->env()->ReadFile(path);
  if (IsNotFound(text.status())) return Status::OK();
  ARROW_RETURN_NOT_OK(text.status());
  return ParseTimes(*text, path).Value(&max_ms_);
}

Status SourceWatermarks::Keep(int64_t batch_id, const std::vector<WatermarkObservation>& seen) {
  for (const WatermarkObservation& one : seen) {
    if (one.statistics.rows == 0) continue;
    const auto [time, added] = max_ms_.emplace(names_.at(one.node_id), one.statistics.max_ms);
    if (!added) time->second = std::max(time->second, one.statistics.max_ms);
  }
  const std::string line = nlohmann::json{{kTimesKey, nlohmann::json(max_ms_)}}.dump();
  const std::string text = fmt::format("v{}\n{}\n{}", kLogVersion, line, ChecksumOf(line));
  ARROW_RETURN_NOT_OK(files_->CreateDirectories(directory_));
  return files_->WriteAtomic(PathOf(batch_id), text, /*overwrite=*/true);
}

Status SourceWatermarks::Purge(int64_t threshold) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> batches, List());
  for (const int64_t batch : batches) {
    if (batch < threshold) ARROW_RETURN_NOT_OK(RemoveIfExists(files_->env(), PathOf(batch)));
  }
  return Status::OK();
}

std::vector<WatermarkObservation> SourceWatermarks::Recall(
    const std::vector<WatermarkObservation>& nodes) const {
  std::vector<WatermarkObservation> recalled;
  for (const WatermarkObservation& node : nodes) {
    const auto time = max_ms_.find(names_.at(node.node_id));
    if (time == max_ms_.end()) continue;
    recalled.push_back(
        {node.node_id, node.delay_ms, {.rows = 1, .min_ms = time->second, .max_ms = time->second}});
  }
  return recalled;
}

}  // namespace firesteel
