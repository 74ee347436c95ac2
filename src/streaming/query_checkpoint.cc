#include "streaming/query_checkpoint.h"

#include <utility>

#include "checkpoint/stream_metadata.h"
#include "common/error.h"
#include "common/random.h"

namespace firesteel {

QueryCheckpoint::QueryCheckpoint(Env* env, std::string directory, bool temporary)
    : env_(env), directory_(std::move(directory)), temporary_(temporary), files_(env) {}

QueryCheckpoint::~QueryCheckpoint() {
  if (!temporary_ || lock_ == nullptr) return;
  // Before the lock goes. What is left of a temporary directory harms nobody.
  const Status removed = env_->RemoveAll(directory_);
  if (!removed.ok()) removed.Warn();
}

Result<std::unique_ptr<QueryCheckpoint>> QueryCheckpoint::Open(Env* env, std::string directory,
                                                               bool temporary) {
  std::unique_ptr<QueryCheckpoint> checkpoint(
      new QueryCheckpoint(env, std::move(directory), temporary));
  const std::string& path = checkpoint->directory_;
  ARROW_RETURN_NOT_OK(checkpoint->files_.CreateDirectories(path));
  Result<std::unique_ptr<FileLock>> lock = env->LockFile(path + "/.lock");
  if (IsAlreadyExists(lock.status())) {
    return MakeError("CONCURRENT_QUERY", {{"checkpointLocation", path}});
  }
  ARROW_ASSIGN_OR_RAISE(checkpoint->lock_, std::move(lock));
  const std::string offsets = path + "/offsets";
  const std::string commits = path + "/commits";
  for (const std::string& log : {path, offsets, commits}) {
    ARROW_ASSIGN_OR_RAISE(const bool exists, env->Exists(log));
    if (exists) ARROW_RETURN_NOT_OK(checkpoint->files_.RemoveTemporaryFiles(log));
  }
  ARROW_RETURN_NOT_OK(checkpoint->ReadOrWriteId());
  ARROW_ASSIGN_OR_RAISE(OffsetSeqLog offset_log, OffsetSeqLog::Open(&checkpoint->files_, offsets));
  checkpoint->offsets_ = std::make_unique<OffsetSeqLog>(std::move(offset_log));
  ARROW_ASSIGN_OR_RAISE(CommitLog commit_log, CommitLog::Open(&checkpoint->files_, commits));
  checkpoint->commits_ = std::make_unique<CommitLog>(std::move(commit_log));
  return checkpoint;
}

Status QueryCheckpoint::ReadOrWriteId() {
  const std::string path = directory_ + "/metadata";
  ARROW_ASSIGN_OR_RAISE(const std::optional<StreamMetadata> metadata,
                        StreamMetadata::Read(&files_, path));
  if (metadata.has_value()) {
    query_id_ = metadata->id;
    return Status::OK();
  }
  for (const char* name : {"/offsets", "/commits", "/state"}) {
    ARROW_ASSIGN_OR_RAISE(const bool used, HasVisibleFiles(directory_ + name));
    if (used) {
      return MakeError("STREAMING_CHECKPOINT_MISSING_METADATA_FILE",
                       {{"checkpointLocation", directory_}});
    }
  }
  query_id_ = NewUuid();
  return StreamMetadata{query_id_}.Write(&files_, path);
}

Result<bool> QueryCheckpoint::HasVisibleFiles(const std::string& directory) const {
  const Result<std::vector<FileStatus>> files = env_->ListDirectory(directory);
  if (IsNotFound(files.status())) return false;
  ARROW_RETURN_NOT_OK(files.status());
  for (const FileStatus& file : *files) {
    if (file.path[file.path.rfind('/') + 1] != '.') return true;
  }
  return false;
}

Result<bool> QueryCheckpoint::HasState() const { return HasVisibleFiles(StateDirectory()); }

std::string QueryCheckpoint::SourceDirectory(int source_index) const {
  return directory_ + "/sources/" + std::to_string(source_index);
}

}  // namespace firesteel
