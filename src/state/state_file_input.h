#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/env.h"
#include "firesteel/error.h"

namespace firesteel {

/// The bytes of a state file from its start to its end, a buffer at a time. What a file claims of
/// its own sizes is compared with what is left of it before memory is set aside. Not thread-safe.
class StateFileInput {
 public:
  /// Errors: NotFound.
  static Result<std::unique_ptr<StateFileInput>> Open(Env* env, const std::string& path);
  ~StateFileInput();

  /// Returns the next `size` bytes, fewer only at the end of the file. Valid until the next call.
  Result<std::string_view> Read(int64_t size);
  /// The same without going on.
  Result<std::string_view> Peek(int64_t size);

  int64_t position() const { return position_; }
  int64_t remaining() const { return size_ - position_; }
  const std::string& path() const { return path_; }
  /// Returns an error that names the file, the place and what is wrong there.
  Status Damaged(int64_t position, std::string_view reason) const;

 private:
  StateFileInput(std::string path, std::shared_ptr<arrow::io::RandomAccessFile> file, int64_t size);

  const std::string path_;
  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const int64_t size_;
  int64_t position_ = 0;
  std::string buffer_;
  size_t consumed_ = 0;  // of buffer_
};

}  // namespace firesteel
