#include "connectors/file/file_stream.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "checkpoint/compactible_file_log.h"
#include "common/error.h"
#include "connectors/file/directory_watch.h"
#include "connectors/file/file_source_options.h"
#include "connectors/file/partition_directories.h"
#include "connectors/file/seen_files.h"
#include "connectors/file/source_cleaner.h"
#include "nlohmann/json.hpp"

namespace firesteel {
namespace {

/// One line of the stream's log.
struct SourceLogEntry {
  FileStatus file;
  int64_t log_id = 0;

  std::string ToJson() const {
    nlohmann::ordered_json json;
    json["path"] = ToFileUri(file.path);
    json["timestamp"] = file.modification_time_ms;
    json["batchId"] = log_id;
    return json.dump();
  }

  static Result<SourceLogEntry> FromJson(const std::string& line) {
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool valid = json.is_object() && json.contains("path") && json["path"].is_string() &&
                       json.contains("timestamp") && json["timestamp"].is_number_integer() &&
                       json.contains("batchId") && json["batchId"].is_number_integer();
    if (!valid) return Status::Invalid("A line of the file source's log is malformed: ", line);
    SourceLogEntry entry;
    ARROW_ASSIGN_OR_RAISE(entry.file.path, ToLocalPath(json["path"].get<std::string>()));
    entry.file.modification_time_ms = json["timestamp"].get<int64_t>();
    entry.log_id = json["batchId"].get<int64_t>();
    return entry;
  }
};

std::string OffsetJson(int64_t log_id) { return "{\"logOffset\":" + std::to_string(log_id) + "}"; }

/// Reads `{"logOffset":n}`, or a bare n as old checkpoints have it.
Result<int64_t> LogIdOf(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_object() && json.contains("logOffset") && json["logOffset"].is_number_integer()) {
    return json["logOffset"].get<int64_t>();
  }
  return Status::Invalid("'", text,
                         "' is not an offset of a file source; expected {\"logOffset\":n}.");
}

class FileStream final : public MicroBatchStream {
 public:
  FileStream(FileStreamSettings settings, FileSourceOptions options)
      : settings_(std::move(settings)),
        options_(options),
        files_(settings_.read->env),
        seen_(options.max_file_age_ms, options.file_name_only) {}

  static Result<std::unique_ptr<FileStream>> Make(FileStreamSettings settings,
                                                  const std::string& metadata_path) {
    ARROW_ASSIGN_OR_RAISE(const FileSourceOptions options,
                          FileSourceOptions::Make(settings.options));
    auto stream = std::make_unique<FileStream>(std::move(settings), options);
    ARROW_ASSIGN_OR_RAISE(
        stream->cleaner_,
        SourceCleaner::Make(stream->settings_.read->env, stream->settings_.location, options));
    ARROW_RETURN_NOT_OK(stream->OpenLog(metadata_path));
    return stream;
  }

  Result<Offset> InitialOffset() override { return Offset(OffsetJson(-1)); }

  Result<Offset> DeserializeOffset(const std::string& json) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t log_id, LogIdOf(json));
    if (log_id > log_id_) {
      return Status::Invalid("The checkpoint's offset is ", log_id,
                             ", but the newest entry of the file source's log ", log_directory_,
                             " is ", log_id_, ". The checkpoint is incomplete.");
    }
    return Offset(OffsetJson(log_id));
  }

  ReadLimit DefaultReadLimit() const override {
    if (options_.max_bytes_per_trigger) return ReadMaxBytes{*options_.max_bytes_per_trigger};
    if (!options_.max_files_per_trigger) return ReadAllAvailable{};
    return ReadMaxFiles{*options_.max_files_per_trigger};
  }

  Result<Offset> LatestOffset(const Offset&, const ReadLimit& limit) override {
    ARROW_ASSIGN_OR_RAISE(std::vector<FileStatus> fresh, FreshFiles());
    size_t count = fresh.size();
    if (const auto* max_files = std::get_if<ReadMaxFiles>(&limit)) {
      count = std::min(count, static_cast<size_t>(max_files->files));
    } else if (const auto* max_bytes = std::get_if<ReadMaxBytes>(&limit)) {
      count = CountWithin(fresh, max_bytes->bytes);
    }
    KeepForLater(fresh, count);
    fresh.resize(count);
    if (!fresh.empty()) ARROW_RETURN_NOT_OK(AddToLog(std::move(fresh)));
    return Offset(OffsetJson(log_id_));
  }

  Status PrepareForAvailableNow() override {
    ARROW_ASSIGN_OR_RAISE(available_now_,
                          ListInputFiles(settings_.read->env, settings_.location));
    return CheckPartitions(*available_now_);
  }

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t from, LogIdOf(start.json()));
    ARROW_ASSIGN_OR_RAISE(const int64_t to, LogIdOf(end.json()));
    std::vector<FileStatus> files;
    for (int64_t id = from + 1; id <= to; ++id) {
      ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> step, FilesOf(id));
      files.insert(files.end(), step.begin(), step.end());
    }
    ARROW_ASSIGN_OR_RAISE(files, PruneFiles(std::move(files), *settings_.read));
    return PackFiles(std::move(files), settings_.parallelism);
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return OpenFilePartition(settings_.read, partition, context);
  }

  Status Commit(const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t id, LogIdOf(end.json()));
    if (cleaner_ != nullptr && id > cleaned_id_) {
      ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> done, FilesOf(id));
      cleaner_->Clean(done);
      cleaned_id_ = id;
    }
    recent_.erase(recent_.begin(), recent_.upper_bound(id));
    return Status::OK();
  }

  /// The directories of this machine tell of new files themselves.
  bool SetWaker(std::function<void()> wake) override {
    if (available_now_ || !DirectoryWatch::SeesAll(settings_.location.root())) return false;
    wake_ = std::move(wake);
    watch_ = DirectoryWatch::Make(wake_);
    return watch_ != nullptr;
  }

  std::string Describe() const override {
    return "FileStreamSource[file:" + settings_.location.path + "]";
  }
  void Stop() override {
    if (watch_ != nullptr) watch_->Stop();
  }

 private:
  /// The files not taken yet, in order: what the last listing left, or a new one's.
  Result<std::vector<FileStatus>> FreshFiles() {
    if (available_now_) return NewFilesAmong(*available_now_);
    if (!cached_.empty()) return std::exchange(cached_, {});
    ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> listed, List());
    std::vector<FileStatus> fresh = NewFilesAmong(listed);
    if (!fresh.empty()) ARROW_RETURN_NOT_OK(CheckPartitions(listed));
    return fresh;
  }

  /// Spares the next batches the listing. The newest files first would no longer hold.
  void KeepForLater(const std::vector<FileStatus>& fresh, size_t taken) {
    if (available_now_ || options_.latest_first) return;
    const size_t left = fresh.size() - taken;
    if (static_cast<double>(left) <
        static_cast<double>(taken) * options_.discard_cached_input_ratio) {
      return;
    }
    const size_t kept = std::min(left, static_cast<size_t>(options_.max_cached_files));
    cached_.assign(fresh.begin() + taken, fresh.begin() + taken + kept);
  }

  /// Lists the files, and has the directories watched that were met for the first time. What came
  /// into them before that is found by listing once more.
  Result<std::vector<FileStatus>> List() {
    if (watch_ == nullptr) return ListInputFiles(settings_.read->env, settings_.location);
    std::vector<std::string> directories;
    ARROW_ASSIGN_OR_RAISE(
        std::vector<FileStatus> listed,
        ListInputFiles(settings_.read->env, settings_.location, &directories));
    bool added = false;
    for (const std::string& directory : directories) added |= watch_->Add(directory);
    if (added) wake_();
    return listed;
  }

  Status OpenLog(const std::string& directory) {
    log_directory_ = directory;
    CompactibleFileLog::Options options;
    options.compact_interval = settings_.log_compact_interval;
    options.cleanup_delay_ms = settings_.log_cleanup_delay_ms;
    ARROW_ASSIGN_OR_RAISE(CompactibleFileLog log,
                          CompactibleFileLog::Open(&files_, settings_.clock, directory, options));
    log_ = std::make_unique<CompactibleFileLog>(std::move(log));
    ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> latest, log_->LatestId());
    log_id_ = latest.value_or(-1);
    ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> lines, log_->AllEntries());
    std::set<int64_t> steps;
    for (const std::string& line : lines) {
      ARROW_ASSIGN_OR_RAISE(const SourceLogEntry entry, SourceLogEntry::FromJson(line));
      if (entry.log_id == log_id_) ARROW_RETURN_NOT_OK(CheckBelowSource(entry.file.path));
      seen_.Add(entry.file.path, entry.file.modification_time_ms);
      steps.insert(entry.log_id);
    }
    seen_.Purge();
    return CheckComplete(steps);
  }

  /// The files read last must lie where this run reads, else the source is another one. Of globs
  /// nobody can tell.
  Status CheckBelowSource(const std::string& file) const {
    const std::string& path = settings_.location.path;
    if (settings_.location.is_glob() || file == path || path == "/" ||
        file.starts_with(path + "/")) {
      return Status::OK();
    }
    return Status::Invalid("The checkpoint is of a file source that read ", file,
                           "; the query now reads ", path,
                           ", where that file is not. Start it with a new checkpoint.");
  }

  /// All files of the source have the same partition directories. Values are not looked at.
  Status CheckPartitions(const std::vector<FileStatus>& listed) const {
    if (settings_.read->base_depth < 0) return Status::OK();
    return DiscoverPartitionColumns(listed, settings_.read->base_depth, /*infer_types=*/false,
                                    settings_.read->request.session_time_zone)
        .status();
  }

  /// How many of these files are at most as large together; at least one.
  static size_t CountWithin(const std::vector<FileStatus>& files, int64_t bytes) {
    size_t count = 0;
    for (int64_t taken = 0; count < files.size(); ++count) {
      taken += files[count].size;
      if (count > 0 && taken > bytes) break;
    }
    return count;
  }

  /// Every step took files. One without any was cut off, and its files would be read again.
  Status CheckComplete(const std::set<int64_t>& steps) const {
    int64_t wanted = 0;
    for (const int64_t step : steps) {
      if (step != wanted) break;
      ++wanted;
    }
    if (wanted == log_id_ + 1) return Status::OK();
    return Status::Invalid("The file source's log ", log_directory_, " goes on to ", log_id_,
                           ", but it names no file of entry ", wanted, ". It is damaged.");
  }

  /// Those not taken yet, in the order in which they are to be read.
  std::vector<FileStatus> NewFilesAmong(const std::vector<FileStatus>& listed) const {
    std::vector<FileStatus> fresh;
    for (const FileStatus& file : listed) {
      if (seen_.IsNew(file.path, file.modification_time_ms)) fresh.push_back(file);
    }
    std::sort(fresh.begin(), fresh.end(), [&](const FileStatus& a, const FileStatus& b) {
      if (a.modification_time_ms != b.modification_time_ms) {
        return (a.modification_time_ms < b.modification_time_ms) != options_.latest_first;
      }
      return a.path < b.path;
    });
    if (!options_.file_name_only) return fresh;
    // Two new files of one name count as one.
    SeenFiles names(options_.max_file_age_ms, /*name_only=*/true);
    std::erase_if(fresh, [&](const FileStatus& file) {
      if (!names.IsNew(file.path, file.modification_time_ms)) return true;
      names.Add(file.path, file.modification_time_ms);
      return false;
    });
    return fresh;
  }

  Status AddToLog(std::vector<FileStatus> files) {
    const int64_t id = log_id_ + 1;
    std::vector<std::string> lines;
    lines.reserve(files.size());
    for (const FileStatus& file : files) lines.push_back(SourceLogEntry{file, id}.ToJson());
    ARROW_ASSIGN_OR_RAISE(const bool added, log_->Add(id, lines));
    if (!added) {
      return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(id)}});
    }
    for (const FileStatus& file : files) seen_.Add(file.path, file.modification_time_ms);
    seen_.Purge();
    log_id_ = id;
    recent_[id] = std::move(files);
    return Status::OK();
  }

  /// The files of one step: from memory, or from the log after a restart.
  Result<std::vector<FileStatus>> FilesOf(int64_t id) const {
    const auto recent = recent_.find(id);
    if (recent != recent_.end()) return recent->second;
    ARROW_ASSIGN_OR_RAISE(const std::optional<std::vector<std::string>> lines, log_->Get(id));
    if (!lines) {
      return Status::Invalid("Entry ", id, " of the file source's log ", log_directory_,
                             " is missing; the batch cannot be run again.");
    }
    std::vector<FileStatus> files;
    for (const std::string& line : *lines) {
      ARROW_ASSIGN_OR_RAISE(SourceLogEntry entry, SourceLogEntry::FromJson(line));
      if (entry.log_id != id) continue;  // a compacted entry holds the earlier steps too
      const Result<FileStatus> status = settings_.read->env->GetStatus(entry.file.path);
      if (status.ok()) entry.file.size = status->size;
      files.push_back(std::move(entry.file));
    }
    return files;
  }

  FileStreamSettings settings_;
  FileSourceOptions options_;
  CheckpointFileManager files_;
  std::string log_directory_;
  std::unique_ptr<CompactibleFileLog> log_;
  int64_t log_id_ = -1;
  SeenFiles seen_;
  std::unique_ptr<SourceCleaner> cleaner_;  // nullptr: files stay
  int64_t cleaned_id_ = -1;
  std::map<int64_t, std::vector<FileStatus>> recent_;  // by log id, not yet committed
  std::optional<std::vector<FileStatus>> available_now_;
  std::vector<FileStatus> cached_;  // listed, but too many for the last batch
  std::function<void()> wake_;
  std::unique_ptr<DirectoryWatch> watch_;  // nullptr: the query looks for files itself
};

}  // namespace

Result<std::unique_ptr<MicroBatchStream>> NewFileStream(FileStreamSettings settings,
                                                        const std::string& metadata_path) {
  return FileStream::Make(std::move(settings), metadata_path);
}

}  // namespace firesteel
