#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/env.h"
#include "common/random.h"
#include "gtest/gtest.h"

namespace firesteel {

/// For tests only: passes calls on to the local file system, notes those that change something, and
/// lets one of them fail. Not thread-safe while `calls` is looked at.
class FailingEnv final : public Env {
 public:
  /// The calls so far that change files: the name of the call and the last part of the path.
  std::vector<std::string> calls;
  /// The number (from 0) of the changing call that fails, -1 for none. It fails without an effect.
  int fail_at = -1;
  /// Called before every rename, for races.
  std::function<void()> before_rename;

  Result<std::unique_ptr<WritableFile>> NewWritableFile(const std::string& path) override {
    ARROW_RETURN_NOT_OK(Note("create", path));
    ARROW_ASSIGN_OR_RAISE(auto file, base_->NewWritableFile(path));
    return std::make_unique<File>(this, path, std::move(file));
  }
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenFile(const std::string& path) override {
    return base_->OpenFile(path);
  }
  Result<std::string> ReadFile(const std::string& path) override { return base_->ReadFile(path); }
  Result<std::vector<FileStatus>> ListDirectory(const std::string& path) override {
    return base_->ListDirectory(path);
  }
  Result<FileStatus> GetStatus(const std::string& path) override { return base_->GetStatus(path); }
  Result<bool> Exists(const std::string& path) override { return base_->Exists(path); }
  Status CreateDirectories(const std::string& path) override {
    ARROW_RETURN_NOT_OK(Note("mkdir", path));
    return base_->CreateDirectories(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    ARROW_RETURN_NOT_OK(Note("rename", to));
    if (before_rename) before_rename();
    return base_->Rename(from, to);
  }
  Status RenameNoReplace(const std::string& from, const std::string& to) override {
    ARROW_RETURN_NOT_OK(Note("rename-new", to));
    if (before_rename) before_rename();
    return base_->RenameNoReplace(from, to);
  }
  Status SyncDirectory(const std::string& path) override {
    ARROW_RETURN_NOT_OK(Note("sync-directory", path));
    return base_->SyncDirectory(path);
  }
  Status RemoveFile(const std::string& path) override {
    ARROW_RETURN_NOT_OK(Note("remove", path));
    return base_->RemoveFile(path);
  }
  Status RemoveAll(const std::string& path) override { return base_->RemoveAll(path); }
  Status SetModificationTimeMs(const std::string& path, int64_t time_ms) override {
    return base_->SetModificationTimeMs(path, time_ms);
  }
  Result<std::unique_ptr<FileLock>> LockFile(const std::string& path) override {
    return base_->LockFile(path);
  }

 private:
  class File final : public WritableFile {
   public:
    File(FailingEnv* env, std::string path, std::unique_ptr<WritableFile> file)
        : env_(env), path_(std::move(path)), file_(std::move(file)) {}
    Status Append(std::string_view bytes) override {
      ARROW_RETURN_NOT_OK(env_->Note("append", path_));
      return file_->Append(bytes);
    }
    Status Sync() override {
      ARROW_RETURN_NOT_OK(env_->Note("sync", path_));
      return file_->Sync();
    }
    Status Close() override { return file_->Close(); }

   private:
    FailingEnv* const env_;
    const std::string path_;
    std::unique_ptr<WritableFile> file_;
  };

  // Names of temporary files differ from run to run.
  Status Note(const std::string& call, const std::string& path) {
    std::string name = path.substr(path.rfind('/') + 1);
    if (name.ends_with(".tmp")) name = "temporary";
    const int number = static_cast<int>(calls.size());
    calls.push_back(call + " " + name);
    if (number == fail_at) return Status::IOError(path, ": ", call, " failed as the test demands");
    return Status::OK();
  }

  Env* const base_ = Env::Posix();
};

/// For tests only: a directory of its own, removed at the end.
class TestDirectory {
 public:
  TestDirectory() : path_(testing::TempDir() + "firesteel-" + NewUuid()) {
    EXPECT_TRUE(Env::Posix()->CreateDirectories(path_).ok());
  }
  ~TestDirectory() { EXPECT_TRUE(Env::Posix()->RemoveAll(path_).ok()); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  void Write(const std::string& name, std::string_view bytes) const {
    auto file = Env::Posix()->NewWritableFile(File(name));
    ASSERT_TRUE(file.ok()) << file.status().message();
    ASSERT_TRUE((*file)->Append(bytes).ok());
    ASSERT_TRUE((*file)->Close().ok());
  }
  std::string Read(const std::string& name) const {
    auto bytes = Env::Posix()->ReadFile(File(name));
    return bytes.ok() ? *bytes : "error: " + bytes.status().message();
  }
  /// The names in the directory, hidden ones included, sorted.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    auto files = Env::Posix()->ListDirectory(path_);
    EXPECT_TRUE(files.ok());
    for (const FileStatus& file : *files) {
      names.push_back(file.path.substr(file.path.rfind('/') + 1));
    }
    return names;
  }

 private:
  const std::string path_;
};

}  // namespace firesteel
