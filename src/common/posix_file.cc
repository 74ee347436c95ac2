#include "common/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

// Collects small appends: logs and state files are written record by record.
constexpr size_t kWriteBufferBytes = 64 * 1024;

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(std::string path, FileDescriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  ~PosixWritableFile() override {
    if (descriptor_.valid()) (void)Flush();
  }

  Status Append(std::string_view bytes) override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    if (buffer_.size() + bytes.size() < kWriteBufferBytes) {
      buffer_.append(bytes);
      return Status::OK();
    }
    ARROW_RETURN_NOT_OK(Flush());
    if (bytes.size() >= kWriteBufferBytes) return Remember(Write(bytes));
    buffer_.append(bytes);
    return Status::OK();
  }

  Status Sync() override {
    ARROW_RETURN_NOT_OK(CheckUsable());
    ARROW_RETURN_NOT_OK(Flush());
    if (fsync(descriptor_.get()) != 0) return Remember(PosixError("fsync", path_, errno));
    return Status::OK();
  }

  Status Close() override {
    if (!descriptor_.valid()) return Status::OK();
    const Status flushed = failure_.ok() ? Flush() : failure_;
    // Linux frees the descriptor even when close fails, so there is nothing to repeat.
    if (close(descriptor_.Release()) != 0 && flushed.ok()) {
      return PosixError("close", path_, errno);
    }
    return flushed;
  }

 private:
  Status CheckUsable() const {
    if (!descriptor_.valid()) return Status::Invalid(path_, " is closed.");
    return failure_;
  }

  // After a failed write or fsync nobody knows what is on disk: every later call repeats the error.
  Status Remember(Status status) {
    if (!status.ok()) failure_ = status;
    return status;
  }

  Status Flush() {
    const Status status = Remember(Write(buffer_));
    buffer_.clear();
    return status;
  }

  Status Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_.get(), bytes.data(), bytes.size());
      if (written >= 0) {
        bytes.remove_prefix(static_cast<size_t>(written));
      } else if (errno != EINTR) {
        return PosixError("write", path_, errno);
      }
    }
    return Status::OK();
  }

  const std::string path_;
  FileDescriptor descriptor_;
  std::string buffer_;
  Status failure_;
};

// Reads with pread, so that ReadAt may be called from many threads.
class PosixRandomAccessFile final : public arrow::io::RandomAccessFile {
 public:
  PosixRandomAccessFile(std::string path, FileDescriptor descriptor, int64_t size)
      : path_(std::move(path)), descriptor_(std::move(descriptor)), size_(size) {
    set_mode(arrow::io::FileMode::READ);
  }

  ~PosixRandomAccessFile() override = default;

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> GetSize() override { return size_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Seek(int64_t position) override {
    if (position < 0) return Status::Invalid("Negative position in ", path_);
    position_ = position;
    return Status::OK();
  }

  Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override {
    if (closed_) return Status::Invalid(path_, " is closed.");
    if (position < 0 || length < 0) return Status::Invalid("Negative range in ", path_);
    int64_t total = 0;
    while (total < length) {
      const ssize_t got = pread(descriptor_.get(), static_cast<char*>(out) + total,
                                static_cast<size_t>(length - total), position + total);
      if (got == 0) break;
      if (got > 0) {
        total += got;
      } else if (errno != EINTR) {
        return PosixError("read", path_, errno);
      }
    }
    return total;
  }

  Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override {
    if (position < 0 || length < 0) return Status::Invalid("Negative range in ", path_);
    // A damaged footer may ask for more than there is; never allocate beyond the file.
    length = std::min(length, std::max<int64_t>(0, size_ - position));
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(length));
    ARROW_ASSIGN_OR_RAISE(int64_t got, ReadAt(position, length, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

  Result<int64_t> Read(int64_t length, void* out) override {
    ARROW_ASSIGN_OR_RAISE(int64_t got, ReadAt(position_, length, out));
    position_ += got;
    return got;
  }

  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, length));
    position_ += buffer->size();
    return buffer;
  }

 private:
  const std::string path_;
  FileDescriptor descriptor_;
  const int64_t size_;
  int64_t position_ = 0;
  std::atomic<bool> closed_{false};
};

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) close(fd_);
}

Status PosixError(const char* operation, const std::string& path, int error_number) {
  if (error_number == ENOENT || error_number == ENOTDIR) return NotFound(path);
  if (error_number == EEXIST) return AlreadyExists(path);
  return Status::IOError(
      fmt::format("{}: {} failed: {}", path, operation, std::strerror(error_number)));
}

Result<FileDescriptor> OpenDescriptor(const std::string& path, int flags) {
  while (true) {
    const int fd = open(path.c_str(), flags | O_CLOEXEC, 0666);
    if (fd >= 0) return FileDescriptor(fd);
    if (errno != EINTR) return PosixError("open", path, errno);
  }
}

std::unique_ptr<WritableFile> MakePosixWritableFile(std::string path, FileDescriptor descriptor) {
  return std::make_unique<PosixWritableFile>(std::move(path), std::move(descriptor));
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> MakePosixRandomAccessFile(
    std::string path, FileDescriptor descriptor) {
  struct stat status;
  if (fstat(descriptor.get(), &status) != 0) return PosixError("stat", path, errno);
  if (S_ISDIR(status.st_mode)) return Status::IOError(path, " is a directory.");
  return std::make_shared<PosixRandomAccessFile>(std::move(path), std::move(descriptor),
                                                 status.st_size);
}

}  // namespace firesteel
