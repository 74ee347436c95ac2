#include "checkpoint/checkpoint_file_manager.h"

#include <utility>

#include "common/random.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

struct SplitPath {
  std::string directory;
  std::string name;
};

SplitPath Split(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// See the class comment of AtomicFile for the order of the steps.
class RenamedFile final : public AtomicFile {
 public:
  RenamedFile(Env* env, SplitPath target, std::string temporary, bool overwrite,
              std::unique_ptr<WritableFile> file)
      : env_(env),
        target_(std::move(target)),
        temporary_(std::move(temporary)),
        overwrite_(overwrite),
        file_(std::move(file)) {}

  ~RenamedFile() override { Cancel(); }

  Status Append(std::string_view bytes) override {
    if (file_ == nullptr) return Status::Invalid(TargetPath(), " is closed.");
    return file_->Append(bytes);
  }

  Status Close() override {
    if (file_ == nullptr) return Status::Invalid(TargetPath(), " is closed.");
    const Status published = Publish();
    file_.reset();
    // What failed is reported; that a hidden leftover stays as well changes nothing.
    if (!published.ok()) (void)env_->RemoveFile(temporary_);
    return published;
  }

  void Cancel() override {
    if (file_ == nullptr) return;
    (void)file_->Close();
    file_.reset();
    (void)env_->RemoveFile(temporary_);
  }

 private:
  std::string TargetPath() const { return target_.directory + "/" + target_.name; }

  Status RemoveStaleChecksums() {
    ARROW_RETURN_NOT_OK(
        RemoveIfExists(env_, fmt::format("{}/{}.crc", target_.directory, target_.name)));
    return RemoveIfExists(env_, fmt::format("{}/.{}.crc", target_.directory, target_.name));
  }

  Status Publish() {
    ARROW_RETURN_NOT_OK(file_->Sync());
    ARROW_RETURN_NOT_OK(file_->Close());
    if (overwrite_) {
      // Before the rename: a file without a checksum is accepted, one with a wrong one is not.
      ARROW_RETURN_NOT_OK(RemoveStaleChecksums());
      ARROW_RETURN_NOT_OK(env_->Rename(temporary_, TargetPath()));
    } else {
      ARROW_RETURN_NOT_OK(env_->RenameNoReplace(temporary_, TargetPath()));
      ARROW_RETURN_NOT_OK(RemoveStaleChecksums());
    }
    return env_->SyncDirectory(target_.directory);
  }

  Env* const env_;
  const SplitPath target_;
  const std::string temporary_;
  const bool overwrite_;
  std::unique_ptr<WritableFile> file_;  // null when closed or cancelled
};

}  // namespace

Result<std::unique_ptr<AtomicFile>> CheckpointFileManager::CreateAtomic(const std::string& path,
                                                                        bool overwrite) {
  SplitPath target = Split(path);
  std::string temporary =
      fmt::format("{}/.{}.{}.tmp", target.directory, target.name, NewUuid());
  ARROW_ASSIGN_OR_RAISE(auto file, env_->NewWritableFile(temporary));
  return std::make_unique<RenamedFile>(env_, std::move(target), std::move(temporary), overwrite,
                                       std::move(file));
}

Status CheckpointFileManager::WriteAtomic(const std::string& path, std::string_view bytes,
                                          bool overwrite) {
  ARROW_ASSIGN_OR_RAISE(auto file, CreateAtomic(path, overwrite));
  ARROW_RETURN_NOT_OK(file->Append(bytes));
  return file->Close();
}

Status CheckpointFileManager::CreateDirectories(const std::string& path) {
  std::vector<std::string> missing;
  std::string directory = path;
  while (directory != "/" && directory != ".") {
    ARROW_ASSIGN_OR_RAISE(const bool exists, env_->Exists(directory));
    if (exists) break;
    missing.push_back(directory);
    directory = Split(directory).directory;
  }
  if (directory != "/" && directory != ".") {
    // An empty directory may have been made by a process that was killed before it synced the name.
    ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> children, env_->ListDirectory(directory));
    if (children.empty()) ARROW_RETURN_NOT_OK(env_->SyncDirectory(Split(directory).directory));
  }
  // From the top, each name synced before the next one: what a directory has in it proves that its
  // own name is durable.
  for (auto child = missing.rbegin(); child != missing.rend(); ++child) {
    ARROW_RETURN_NOT_OK(env_->CreateDirectories(*child));
    ARROW_RETURN_NOT_OK(env_->SyncDirectory(Split(*child).directory));
  }
  return Status::OK();
}

Status CheckpointFileManager::RemoveTemporaryFiles(const std::string& directory) {
  const Result<std::vector<FileStatus>> files = env_->ListDirectory(directory);
  if (IsNotFound(files.status())) return Status::OK();
  ARROW_RETURN_NOT_OK(files.status());
  for (const FileStatus& file : *files) {
    const std::string name = Split(file.path).name;
    const bool temporary = name.ends_with(".tmp") || name.ends_with(".tmp.crc");
    if (file.is_directory || !name.starts_with('.') || !temporary) continue;
    ARROW_RETURN_NOT_OK(RemoveIfExists(env_, file.path));
  }
  return Status::OK();
}

Status RemoveIfExists(Env* env, const std::string& path) {
  const Status removed = env->RemoveFile(path);
  return IsNotFound(removed) ? Status::OK() : removed;
}

}  // namespace firesteel
