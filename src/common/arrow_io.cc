#include "common/arrow_io.h"

#include <utility>

#include "arrow/io/interfaces.h"

namespace firesteel {
namespace {

class EnvOutputStream final : public arrow::io::OutputStream {
 public:
  explicit EnvOutputStream(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}

  Status Write(const void* data, int64_t size) override {
    if (closed_) return Status::Invalid("The stream is closed.");
    ARROW_RETURN_NOT_OK(
        file_->Append(std::string_view(static_cast<const char*>(data), static_cast<size_t>(size))));
    position_ += size;
    return Status::OK();
  }
  using arrow::io::Writable::Write;

  Result<int64_t> Tell() const override { return position_; }

  Status Close() override {
    if (closed_) return Status::OK();
    closed_ = true;
    ARROW_RETURN_NOT_OK(file_->Sync());
    return file_->Close();
  }

  // Gives the file up without making it durable.
  Status Abort() override {
    if (closed_) return Status::OK();
    closed_ = true;
    return file_->Close();
  }

  bool closed() const override { return closed_; }

 private:
  std::unique_ptr<WritableFile> file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<arrow::io::OutputStream> MakeOutputStream(std::unique_ptr<WritableFile> file) {
  return std::make_shared<EnvOutputStream>(std::move(file));
}

}  // namespace firesteel
