#pragma once

#include <cstdint>
#include <string_view>

#include "arrow/io/interfaces.h"
#include "checkpoint/checkpoint_file_manager.h"

namespace firesteel {

/// Lets a format write into an AtomicFile, which must outlive this. Closing the file is left to its
/// owner. Not thread-safe.
class AtomicFileStream final : public arrow::io::OutputStream {
 public:
  explicit AtomicFileStream(AtomicFile* file) : file_(file) {}
  ~AtomicFileStream() override = default;

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }
  using arrow::io::OutputStream::Write;
  Status Write(const void* data, int64_t bytes) override {
    position_ += bytes;
    return file_->Append(
        std::string_view(static_cast<const char*>(data), static_cast<size_t>(bytes)));
  }

 private:
  AtomicFile* file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace firesteel
