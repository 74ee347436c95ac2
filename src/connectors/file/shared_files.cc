#include "connectors/file/shared_files.h"

#include "common/error.h"

namespace firesteel {

class SharedFiles::TaskWriter final : public DataWriter {
 public:
  explicit TaskWriter(std::shared_ptr<SharedFiles> files) : files_(std::move(files)) {}
  Status Write(const arrow::RecordBatch& batch) override {
    const std::lock_guard lock(files_->mutex_);
    if (files_->writer_ == nullptr) return Status::Cancelled("The batch was given up.");
    return files_->writer_->Write(batch);
  }
  Result<WriterCommitMessage> Commit() override { return WriterCommitMessage{}; }
  void Abort() override {}

 private:
  const std::shared_ptr<SharedFiles> files_;
};

std::unique_ptr<DataWriter> SharedFiles::NewWriter() {
  return std::make_unique<TaskWriter>(shared_from_this());
}

Result<WriterCommitMessage> SharedFiles::Commit() {
  const std::lock_guard lock(mutex_);
  if (writer_ == nullptr) return InternalError("A batch that was given up is committed.");
  return writer_->Commit();
}

void SharedFiles::Abort() {
  const std::lock_guard lock(mutex_);
  writer_.reset();
}

}  // namespace firesteel
