#pragma once

#include <memory>
#include <string>

#include "common/env.h"

namespace firesteel {

/// A file descriptor that closes itself. Movable.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_ = -1;
};

/// Makes the error of a failed system call on `path` from `error_number` (errno).
Status PosixError(const char* operation, const std::string& path, int error_number);

/// Opens with open(2)'s `flags`, close-on-exec added; repeats interrupted calls.
Result<FileDescriptor> OpenDescriptor(const std::string& path, int flags);

std::unique_ptr<WritableFile> MakePosixWritableFile(std::string path, FileDescriptor descriptor);
Result<std::shared_ptr<arrow::io::RandomAccessFile>> MakePosixRandomAccessFile(
    std::string path, FileDescriptor descriptor);

}  // namespace firesteel
