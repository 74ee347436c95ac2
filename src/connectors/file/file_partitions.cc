#include "connectors/file/file_partitions.h"

#include <algorithm>
#include <utility>

#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "common/error.h"

namespace firesteel {
namespace {

constexpr int64_t kMaxPartitionBytes = 128 << 20;
constexpr int64_t kOpenCostBytes = 4 << 20;

class FilePartitionReader final : public BatchReader {
 public:
  FilePartitionReader(std::shared_ptr<const FileReadSettings> settings,
                      std::vector<FileStatus> files, const ReadContext& context)
      : settings_(std::move(settings)), files_(std::move(files)), context_(context) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (true) {
      if (context_.cancelled != nullptr && context_.cancelled->load(std::memory_order_relaxed)) {
        return Status::Cancelled("The read was cancelled.");
      }
      if (reader_ == nullptr) {
        if (next_file_ == files_.size()) return nullptr;
        ARROW_ASSIGN_OR_RAISE(const bool opened, OpenNext());
        if (!opened) continue;
      }
      Result<std::shared_ptr<arrow::RecordBatch>> batch = reader_->Next();
      if (!batch.ok()) return Explain(batch.status());
      if (*batch == nullptr) {
        reader_.reset();
        continue;
      }
      // Only now do the rows of this file reach the operators above.
      if (context_.input_file != nullptr) *context_.input_file = current_path_;
      return batch;
    }
  }

 private:
  /// Opens the next file; false when it is gone and that is to be ignored.
  Result<bool> OpenNext() {
    current_path_ = files_[next_file_++].path;
    Result<std::shared_ptr<arrow::io::RandomAccessFile>> file =
        settings_->env->OpenFile(current_path_);
    if (!file.ok()) {
      if (!IsNotFound(file.status())) return Explain(file.status());
      if (settings_->ignore_missing_files) return false;
      return MakeErrorCausedBy("FAILED_READ_FILE.FILE_NOT_EXIST",
                               {{"path", ToFileUri(current_path_)}}, file.status());
    }
    FileReadRequest request = settings_->request;
    request.path = current_path_;
    request.batch_rows = context_.batch_rows;
    Result<std::unique_ptr<BatchReader>> reader =
        settings_->format->OpenReader(*std::move(file), request, context_.input_rows);
    if (!reader.ok()) return Explain(reader.status());
    reader_ = *std::move(reader);
    return true;
  }

  /// Names the file in an error that does not do so itself.
  Status Explain(const Status& cause) const {
    if (cause.IsCancelled() || ErrorCondition(cause).starts_with("FAILED_READ_FILE")) return cause;
    return MakeErrorCausedBy("FAILED_READ_FILE.NO_HINT", {{"path", ToFileUri(current_path_)}},
                             cause);
  }

  std::shared_ptr<const FileReadSettings> settings_;
  std::vector<FileStatus> files_;
  ReadContext context_;
  size_t next_file_ = 0;
  std::string current_path_;
  std::unique_ptr<BatchReader> reader_;
};

}  // namespace

std::vector<std::shared_ptr<const InputPartition>> PackFiles(std::vector<FileStatus> files,
                                                             int parallelism) {
  int64_t total_bytes = 0;
  for (const FileStatus& file : files) total_bytes += file.size + kOpenCostBytes;
  const int64_t target_bytes = std::min(
      kMaxPartitionBytes, std::max(kOpenCostBytes, total_bytes / std::max(parallelism, 1)));
  std::vector<std::shared_ptr<const InputPartition>> partitions;
  auto current = std::make_shared<FilePartition>();
  int64_t current_bytes = 0;
  for (FileStatus& file : files) {
    if (!current->files.empty() && current_bytes + file.size > target_bytes) {
      partitions.push_back(std::exchange(current, std::make_shared<FilePartition>()));
      current_bytes = 0;
    }
    current_bytes += file.size + kOpenCostBytes;
    current->files.push_back(std::move(file));
  }
  if (!current->files.empty()) partitions.push_back(std::move(current));
  return partitions;
}

Result<std::unique_ptr<BatchReader>> OpenFilePartition(
    std::shared_ptr<const FileReadSettings> settings, const InputPartition& partition,
    const ReadContext& context) {
  return std::make_unique<FilePartitionReader>(
      std::move(settings), static_cast<const FilePartition&>(partition).files, context);
}

}  // namespace firesteel
