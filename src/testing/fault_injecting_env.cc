#include "testing/fault_injecting_env.h"

#include <utility>

#include "arrow/io/interfaces.h"

namespace firesteel::testing {

class FaultInjectingEnv::File final : public WritableFile {
 public:
  File(FaultInjectingEnv* env, std::string path, std::unique_ptr<WritableFile> base)
      : env_(env), path_(std::move(path)), base_(std::move(base)) {}

  Status Append(std::string_view bytes) override {
    const Status status = env_->Count("write", path_);
    if (status.ok()) return base_->Append(bytes);
    if (env_->TakeTear()) ARROW_RETURN_NOT_OK(base_->Append(bytes.substr(0, bytes.size() / 2)));
    return status;
  }
  Status Sync() override {
    ARROW_RETURN_NOT_OK(env_->Count("fsync", path_));
    return base_->Sync();
  }
  Status Close() override {
    ARROW_RETURN_NOT_OK(env_->Count("close", path_));
    return base_->Close();
  }

 private:
  FaultInjectingEnv* env_;
  const std::string path_;
  std::unique_ptr<WritableFile> base_;
};

void FaultInjectingEnv::FailAt(int64_t index, After after, bool tear_write) {
  const std::lock_guard lock(mutex_);
  fail_at_ = index;
  after_ = after;
  tear_write_ = tear_write;
}

void FaultInjectingEnv::FailReads(const std::string& path, Status error) {
  const std::lock_guard lock(mutex_);
  read_errors_[path] = std::move(error);
}

int64_t FaultInjectingEnv::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

std::string FaultInjectingEnv::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

Status FaultInjectingEnv::Count(const char* operation, const std::string& path) {
  const std::lock_guard lock(mutex_);
  const int64_t index = changes_++;
  if (fail_at_ < 0 || index < fail_at_) return Status::OK();
  if (index > fail_at_ && after_ == After::kOneFailure) return Status::OK();
  if (failure_.empty()) failure_ = std::string(operation) + " " + path;
  return Status::IOError(operation, " ", path, ": injected failure");
}

bool FaultInjectingEnv::TakeTear() {
  const std::lock_guard lock(mutex_);
  return std::exchange(tear_write_, false);
}

Status FaultInjectingEnv::CheckReadable(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = read_errors_.find(path);
  return found == read_errors_.end() ? Status::OK() : found->second;
}

Result<std::unique_ptr<WritableFile>> FaultInjectingEnv::NewWritableFile(const std::string& path) {
  ARROW_RETURN_NOT_OK(Count("create", path));
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<WritableFile> file, base_->NewWritableFile(path));
  return std::make_unique<File>(this, path, std::move(file));
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> FaultInjectingEnv::OpenFile(
    const std::string& path) {
  ARROW_RETURN_NOT_OK(CheckReadable(path));
  return base_->OpenFile(path);
}

Result<std::string> FaultInjectingEnv::ReadFile(const std::string& path) {
  ARROW_RETURN_NOT_OK(CheckReadable(path));
  return base_->ReadFile(path);
}

Result<std::vector<FileStatus>> FaultInjectingEnv::ListDirectory(const std::string& path) {
  return base_->ListDirectory(path);
}

Result<FileStatus> FaultInjectingEnv::GetStatus(const std::string& path) {
  return base_->GetStatus(path);
}

Result<bool> FaultInjectingEnv::Exists(const std::string& path) { return base_->Exists(path); }

Status FaultInjectingEnv::CreateDirectories(const std::string& path) {
  ARROW_RETURN_NOT_OK(Count("mkdir", path));
  return base_->CreateDirectories(path);
}

Status FaultInjectingEnv::Rename(const std::string& from, const std::string& to) {
  ARROW_RETURN_NOT_OK(Count("rename", to));
  return base_->Rename(from, to);
}

Status FaultInjectingEnv::RenameNoReplace(const std::string& from, const std::string& to) {
  ARROW_RETURN_NOT_OK(Count("rename", to));
  return base_->RenameNoReplace(from, to);
}

Status FaultInjectingEnv::SyncDirectory(const std::string& path) {
  ARROW_RETURN_NOT_OK(Count("fsync", path));
  return base_->SyncDirectory(path);
}

Status FaultInjectingEnv::RemoveFile(const std::string& path) {
  ARROW_RETURN_NOT_OK(Count("remove", path));
  return base_->RemoveFile(path);
}

Status FaultInjectingEnv::RemoveAll(const std::string& path) {
  ARROW_RETURN_NOT_OK(Count("remove", path));
  return base_->RemoveAll(path);
}

Status FaultInjectingEnv::SetModificationTimeMs(const std::string& path, int64_t time_ms) {
  ARROW_RETURN_NOT_OK(Count("utime", path));
  return base_->SetModificationTimeMs(path, time_ms);
}

Result<std::unique_ptr<FileLock>> FaultInjectingEnv::LockFile(const std::string& path) {
  return base_->LockFile(path);
}

}  // namespace firesteel::testing
