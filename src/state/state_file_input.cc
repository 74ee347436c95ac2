#include "state/state_file_input.h"

#include <algorithm>
#include <utility>

#include "arrow/io/interfaces.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

constexpr int64_t kBufferBytes = 256 * 1024;

}  // namespace

StateFileInput::StateFileInput(std::string path, std::shared_ptr<arrow::io::RandomAccessFile> file,
                               int64_t size)
    : path_(std::move(path)), file_(std::move(file)), size_(size) {}

StateFileInput::~StateFileInput() = default;

Result<std::unique_ptr<StateFileInput>> StateFileInput::Open(Env* env, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto file, env->OpenFile(path));
  ARROW_ASSIGN_OR_RAISE(const int64_t size, file->GetSize());
  return std::unique_ptr<StateFileInput>(new StateFileInput(path, std::move(file), size));
}

Result<std::string_view> StateFileInput::Peek(int64_t size) {
  size = std::min(size, remaining());
  const int64_t buffered = static_cast<int64_t>(buffer_.size() - consumed_);
  if (buffered < size) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
    const int64_t wanted =
        std::min(std::max(size - buffered, kBufferBytes), remaining() - buffered);
    buffer_.resize(static_cast<size_t>(buffered + wanted));
    ARROW_ASSIGN_OR_RAISE(
        const int64_t got,
        file_->ReadAt(position_ + buffered, wanted, buffer_.data() + buffered));
    if (got < wanted) {
      return Damaged(position_ + buffered + got, "the file has become shorter while it was read");
    }
  }
  return std::string_view(buffer_).substr(consumed_, static_cast<size_t>(size));
}

Result<std::string_view> StateFileInput::Read(int64_t size) {
  ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, Peek(size));
  consumed_ += bytes.size();
  position_ += static_cast<int64_t>(bytes.size());
  return bytes;
}

Status StateFileInput::Damaged(int64_t position, std::string_view reason) const {
  return Status::IOError(fmt::format("{} is damaged at byte {}: {}.", path_, position, reason));
}

}  // namespace firesteel
