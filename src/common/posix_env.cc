#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "arrow/io/interfaces.h"
#include "common/env.h"
#include "common/posix_file.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

FileStatus ToFileStatus(std::string path, const struct stat& status) {
  return {.path = std::move(path),
          .size = S_ISDIR(status.st_mode) ? 0 : static_cast<int64_t>(status.st_size),
          .modification_time_ms =
              static_cast<int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1000000,
          .is_directory = S_ISDIR(status.st_mode)};
}

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  FileDescriptor descriptor_;  // closing it frees the lock
};

// Renames where the file system knows no exchange flags: a hard link is as atomic, and fails where
// the name is taken.
Status RenameByLink(const std::string& from, const std::string& to) {
  if (link(from.c_str(), to.c_str()) != 0) {
    return PosixError("link", errno == ENOENT ? from : to, errno);
  }
  if (unlink(from.c_str()) != 0) return PosixError("unlink", from, errno);
  return Status::OK();
}

class PosixEnv final : public Env {
 public:
  Result<std::unique_ptr<WritableFile>> NewWritableFile(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(auto descriptor, OpenDescriptor(path, O_WRONLY | O_CREAT | O_TRUNC));
    return MakePosixWritableFile(path, std::move(descriptor));
  }

  Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenFile(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(auto descriptor, OpenDescriptor(path, O_RDONLY));
    return MakePosixRandomAccessFile(path, std::move(descriptor));
  }

  Result<std::string> ReadFile(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(auto descriptor, OpenDescriptor(path, O_RDONLY));
    struct stat status;
    if (fstat(descriptor.get(), &status) != 0) return PosixError("stat", path, errno);
    std::string bytes;
    // One byte more than expected: the read that fills less shows the end without another call.
    size_t wanted = static_cast<size_t>(std::max<int64_t>(status.st_size, 0)) + 1;
    size_t filled = 0;
    while (true) {
      bytes.resize(filled + wanted);
      const ssize_t got = read(descriptor.get(), bytes.data() + filled, wanted);
      if (got < 0 && errno != EINTR) return PosixError("read", path, errno);
      if (got == 0) break;
      if (got > 0) {
        filled += static_cast<size_t>(got);
        wanted = bytes.size() - filled;
        if (wanted == 0) wanted = std::max<size_t>(4096, filled);
      }
    }
    bytes.resize(filled);
    return bytes;
  }

  Result<std::vector<FileStatus>> ListDirectory(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
    if (directory == nullptr) return PosixError("opendir", path, errno);
    const std::string prefix = path.ends_with('/') ? path : path + "/";
    std::vector<FileStatus> found;
    while (true) {
      errno = 0;
      const dirent* entry = readdir(directory.get());
      if (entry == nullptr) {
        if (errno != 0) return PosixError("readdir", path, errno);
        break;
      }
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat status;
      if (fstatat(dirfd(directory.get()), entry->d_name, &status, 0) != 0) {
        // Removed since it was listed, or a symbolic link that leads nowhere.
        if (errno == ENOENT || errno == ELOOP) continue;
        return PosixError("stat", prefix + entry->d_name, errno);
      }
      found.push_back(ToFileStatus(prefix + entry->d_name, status));
    }
    std::sort(found.begin(), found.end(),
              [](const FileStatus& a, const FileStatus& b) { return a.path < b.path; });
    return found;
  }

  Result<FileStatus> GetStatus(const std::string& path) override {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return PosixError("stat", path, errno);
    return ToFileStatus(path, status);
  }

  Result<bool> Exists(const std::string& path) override {
    const Result<FileStatus> status = GetStatus(path);
    if (status.ok()) return true;
    if (IsNotFound(status.status())) return false;
    return status.status();
  }

  Status CreateDirectories(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return Failure("mkdir", path, error);
    // A plain file of that name is not reported above.
    if (!std::filesystem::is_directory(path, error)) {
      return Status::IOError(path, " is not a directory.");
    }
    return Status::OK();
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) != 0) return PosixError("rename", from, errno);
    return Status::OK();
  }

  Status RenameNoReplace(const std::string& from, const std::string& to) override {
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
      return Status::OK();
    }
    if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) return RenameByLink(from, to);
    return PosixError("rename", errno == EEXIST ? to : from, errno);
  }

  Status SyncDirectory(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(auto descriptor, OpenDescriptor(path, O_RDONLY | O_DIRECTORY));
    if (fsync(descriptor.get()) != 0) return PosixError("fsync", path, errno);
    return Status::OK();
  }

  Status RemoveFile(const std::string& path) override {
    if (unlink(path.c_str()) != 0) return PosixError("unlink", path, errno);
    return Status::OK();
  }

  Status RemoveAll(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    return error ? Failure("remove", path, error) : Status::OK();
  }

  Status SetModificationTimeMs(const std::string& path, int64_t time_ms) override {
    int64_t seconds = time_ms / 1000;
    int64_t rest_ms = time_ms % 1000;
    if (rest_ms < 0) {
      --seconds;
      rest_ms += 1000;
    }
    timespec times[2];
    times[0].tv_sec = 0;
    times[0].tv_nsec = UTIME_OMIT;
    times[1].tv_sec = seconds;
    times[1].tv_nsec = rest_ms * 1000000;
    if (utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) return PosixError("utime", path, errno);
    return Status::OK();
  }

  Result<std::unique_ptr<FileLock>> LockFile(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(auto descriptor, OpenDescriptor(path, O_RDWR | O_CREAT));
    // Belongs to the open file, not to the process: a second holder in here is refused as well.
    while (flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return AlreadyExists(path);
      if (errno != EINTR) return PosixError("flock", path, errno);
    }
    return std::make_unique<PosixFileLock>(std::move(descriptor));
  }

 private:
  static Status Failure(const char* operation, const std::string& path,
                        const std::error_code& error) {
    // ENOTDIR here is a file in the way, which is no missing file.
    if (error.value() == ENOTDIR) return Status::IOError(path, ": ", error.message());
    return PosixError(operation, path, error.value());
  }
};

}  // namespace

Env* Env::Posix() {
  // Leaks on purpose: threads may still write while the process ends.
  static PosixEnv* const env = new PosixEnv();
  return env;
}

}  // namespace firesteel
