#include "connectors/file/file_write.h"

#include <cstdio>
#include <set>
#include <utility>

#include "common/error.h"
#include "common/random.h"
#include "connectors/file/sink_log.h"

namespace firesteel {
namespace {

std::string DirectoryOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Takes no rows: the directory is there and is to be left alone.
class IgnoredWrite final : public StreamingWrite {
 public:
  explicit IgnoredWrite(std::string directory) : directory_(std::move(directory)) {}
  Result<bool> IsCommitted(int64_t) override { return true; }
  Result<std::unique_ptr<DataWriter>> CreateWriter(int, int64_t) override {
    return std::make_unique<Writer>();
  }
  Status Commit(int64_t, const std::vector<WriterCommitMessage>&) override { return Status::OK(); }
  Status Abort(int64_t, const std::vector<WriterCommitMessage>&) override { return Status::OK(); }
  std::string Describe() const override { return "FileWrite[file:" + directory_ + "]"; }

 private:
  class Writer final : public DataWriter {
   public:
    Status Write(const arrow::RecordBatch&) override { return Status::OK(); }
    Result<WriterCommitMessage> Commit() override { return WriterCommitMessage{}; }
    void Abort() override {}
  };
  std::string directory_;
};

class FileBatchWrite final : public StreamingWrite {
 public:
  FileBatchWrite(FileWriteSettings settings, SaveMode mode, bool overwrites_partitions,
                 std::string extension)
      : settings_(std::move(settings)),
        mode_(mode),
        overwrites_partitions_(overwrites_partitions),
        extension_(std::move(extension)),
        files_(settings_.output.env),
        run_uuid_(NewUuid()),
        staging_(settings_.directory + "/_temporary/" + run_uuid_) {}

  Result<bool> IsCommitted(int64_t) override {
    if (!settings_.keeps_partition) return false;
    return env()->Exists(settings_.directory + "/" + settings_.overwritten_partition);
  }

  Result<std::unique_ptr<DataWriter>> CreateWriter(int partition, int64_t) override {
    // Each attempt has a directory of its own, so that a task can be tried again.
    const std::string attempt = staging_ + "/attempt_" + NewUuid();
    ARROW_RETURN_NOT_OK(files_.CreateDirectories(attempt));
    char number[16];
    std::snprintf(number, sizeof(number), "%05d", partition);
    auto writer = std::make_unique<PartitionedWriter>(
        &settings_.output, &files_, attempt, std::string("part-") + number + "-" + run_uuid_,
        extension_);
    // Partition 0 writes a file even without rows, so that readers find the schema.
    if (partition == 0) ARROW_RETURN_NOT_OK(writer->EnsureOpen());
    return writer;
  }

  Status Commit(int64_t, const std::vector<WriterCommitMessage>& messages) override {
    if (committed_) return Status::OK();
    ARROW_RETURN_NOT_OK(files_.CreateDirectories(settings_.directory));
    std::vector<std::pair<std::string, std::string>> moves;
    ARROW_RETURN_NOT_OK(PlanMoves(messages, &moves));
    ARROW_RETURN_NOT_OK(RemoveReplaced(moves));
    std::set<std::string> directories;
    for (const auto& [from, to] : moves) {
      const std::string directory = DirectoryOf(to);
      if (directories.insert(directory).second) {
        ARROW_RETURN_NOT_OK(files_.CreateDirectories(directory));
      }
      ARROW_RETURN_NOT_OK(env()->Rename(from, to));
    }
    for (const std::string& directory : directories) {
      ARROW_RETURN_NOT_OK(env()->SyncDirectory(directory));
    }
    ARROW_RETURN_NOT_OK(RemoveStaging());
    ARROW_RETURN_NOT_OK(files_.WriteAtomic(settings_.directory + "/_SUCCESS", "", true));
    committed_ = true;
    return Status::OK();
  }

  Status Abort(int64_t, const std::vector<WriterCommitMessage>&) override {
    return RemoveStaging();
  }

  std::string Describe() const override { return "FileWrite[file:" + settings_.directory + "]"; }

 private:
  Env* env() const { return settings_.output.env; }

  /// Finds the place of each file: its path without the staging directory and the attempt's.
  Status PlanMoves(const std::vector<WriterCommitMessage>& messages,
                   std::vector<std::pair<std::string, std::string>>* moves) const {
    for (const WriterCommitMessage& message : messages) {
      ARROW_ASSIGN_OR_RAISE(const std::vector<SinkLogEntry> entries,
                            SinkLogEntry::FromLines(message.payload));
      for (const SinkLogEntry& entry : entries) {
        const size_t attempt = staging_.size() + 1;
        const size_t relative = entry.path.find('/', attempt);
        if (!entry.path.starts_with(staging_ + "/") || relative == std::string::npos) {
          return InternalError("A file to be committed is not below " + staging_ + ".");
        }
        moves->emplace_back(entry.path, settings_.directory + entry.path.substr(relative));
      }
    }
    return Status::OK();
  }

  /// Removes what is overwritten: everything, or the partition directories that get new files.
  Status RemoveReplaced(const std::vector<std::pair<std::string, std::string>>& moves) {
    if (mode_ != SaveMode::kOverwrite) return Status::OK();
    if (!settings_.overwritten_partition.empty() && !overwrites_partitions_) {
      return env()->RemoveAll(settings_.directory + "/" + settings_.overwritten_partition);
    }
    if (overwrites_partitions_) {
      std::set<std::string> directories;
      for (const auto& move : moves) directories.insert(DirectoryOf(move.second));
      for (const std::string& directory : directories) {
        ARROW_RETURN_NOT_OK(env()->RemoveAll(directory));
      }
      return Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> children,
                          env()->ListDirectory(settings_.directory));
    for (const FileStatus& child : children) {
      if (child.path == settings_.directory + "/_temporary") continue;
      ARROW_RETURN_NOT_OK(env()->RemoveAll(child.path));
    }
    return Status::OK();
  }

  /// Removes this write's files, and the directory of all writes when no other goes on.
  Status RemoveStaging() {
    ARROW_RETURN_NOT_OK(env()->RemoveAll(staging_));
    const std::string all = settings_.directory + "/_temporary";
    const Result<std::vector<FileStatus>> others = env()->ListDirectory(all);
    if (!others.ok()) return IsNotFound(others.status()) ? Status::OK() : others.status();
    return others->empty() ? env()->RemoveAll(all) : Status::OK();
  }

  FileWriteSettings settings_;
  SaveMode mode_;
  bool overwrites_partitions_;
  std::string extension_;
  CheckpointFileManager files_;
  std::string run_uuid_;
  std::string staging_;
  bool committed_ = false;
};

}  // namespace

Result<std::unique_ptr<StreamingWrite>> NewFileBatchWrite(FileWriteSettings settings, SaveMode mode,
                                                          bool overwrites_partitions) {
  ARROW_RETURN_NOT_OK(settings.output.Check());
  ARROW_ASSIGN_OR_RAISE(std::string extension,
                        settings.output.format->FileExtension(settings.output.options));
  ARROW_ASSIGN_OR_RAISE(const bool exists, settings.output.env->Exists(settings.directory));
  if (exists && mode == SaveMode::kErrorIfExists) {
    return MakeError("PATH_ALREADY_EXISTS", {{"outputPath", ToFileUri(settings.directory)}});
  }
  if (exists && mode == SaveMode::kIgnore) {
    return std::make_unique<IgnoredWrite>(settings.directory);
  }
  return std::make_unique<FileBatchWrite>(std::move(settings), mode, overwrites_partitions,
                                          std::move(extension));
}

}  // namespace firesteel
