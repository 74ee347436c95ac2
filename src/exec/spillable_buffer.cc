#include "exec/spillable_buffer.h"

#include <string>
#include <utility>
#include <vector>

#include "arrow/io/interfaces.h"
#include "arrow/ipc/options.h"
#include "arrow/ipc/reader.h"
#include "arrow/ipc/writer.h"
#include "arrow/record_batch.h"
#include "arrow/util/byte_size.h"
#include "common/error.h"
#include "common/random.h"

namespace firesteel {

namespace {

/// Writes to a file that nobody needs after a crash: closing does not sync.
class UnsyncedStream final : public arrow::io::OutputStream {
 public:
  explicit UnsyncedStream(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  Status Close() override {
    if (closed_) return Status::OK();
    closed_ = true;
    return file_->Close();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Write(const void* data, int64_t size) override {
    position_ += size;
    return file_->Append({static_cast<const char*>(data), static_cast<size_t>(size)});
  }
  using arrow::io::OutputStream::Write;

 private:
  std::unique_ptr<WritableFile> file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

class MemoryReader final : public BatchReader {
 public:
  explicit MemoryReader(const std::vector<std::shared_ptr<arrow::RecordBatch>>* batches)
      : batches_(batches) {}
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (next_ == batches_->size()) return nullptr;
    return (*batches_)[next_++];
  }

 private:
  const std::vector<std::shared_ptr<arrow::RecordBatch>>* batches_;
  size_t next_ = 0;
};

class FileReader final : public BatchReader {
 public:
  explicit FileReader(std::shared_ptr<arrow::RecordBatchReader> reader)
      : reader_(std::move(reader)) {}
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override { return reader_->Next(); }

 private:
  std::shared_ptr<arrow::RecordBatchReader> reader_;
};

}  // namespace

std::shared_ptr<MemoryBudget> BufferBudget(ExecutionContext* execution) {
  return execution->OperatorState<MemoryBudget>(execution, [&] {
    return std::make_shared<MemoryBudget>(execution->services().memory_budget_bytes / 2);
  });
}

int64_t TaskBudgetBytes(const ExecutionServices& services) {
  return services.memory_budget_bytes / 2 / services.scheduler->threads();
}

struct SpillableBuffer::Impl {
  std::shared_ptr<arrow::Schema> schema;
  std::shared_ptr<MemoryBudget> budget;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  int64_t reserved_bytes = 0;
  std::string path;  // of the file, "" while everything is in memory
  std::shared_ptr<arrow::io::OutputStream> stream;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer;
  bool finished = false;

  Status StartFile(const ExecutionServices& services) {
    ARROW_RETURN_NOT_OK(services.env->CreateDirectories(services.spill_directory));
    const std::string file_path = services.spill_directory + "/spill-" + NewUuid() + ".arrow";
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<WritableFile> file,
                          services.env->NewWritableFile(file_path));
    path = file_path;
    stream = std::make_shared<UnsyncedStream>(std::move(file));
    arrow::ipc::IpcWriteOptions options;
    options.use_threads = false;
    options.memory_pool = services.pool;
    ARROW_ASSIGN_OR_RAISE(writer, arrow::ipc::MakeStreamWriter(stream, schema, options));
    for (const auto& batch : batches) ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*batch));
    ReleaseMemory();
    return Status::OK();
  }

  void ReleaseMemory() {
    batches.clear();
    budget->Release(reserved_bytes);
    reserved_bytes = 0;
  }
};

SpillableBuffer::SpillableBuffer(const ExecutionServices* services,
                                 std::shared_ptr<arrow::Schema> schema, int64_t budget_bytes)
    : SpillableBuffer(services, std::move(schema), std::make_shared<MemoryBudget>(budget_bytes)) {}

SpillableBuffer::SpillableBuffer(const ExecutionServices* services,
                                 std::shared_ptr<arrow::Schema> schema,
                                 std::shared_ptr<MemoryBudget> budget)
    : services_(services), impl_(std::make_unique<Impl>()) {
  impl_->schema = std::move(schema);
  impl_->budget = std::move(budget);
}

SpillableBuffer::~SpillableBuffer() {
  impl_->ReleaseMemory();
  if (impl_->path.empty()) return;
  // Nothing depends on the file any more; one that cannot be closed or removed only takes room.
  impl_->writer.reset();
  static_cast<void>(impl_->stream->Close());
  static_cast<void>(services_->env->RemoveFile(impl_->path));
}

bool SpillableBuffer::spilled() const { return !impl_->path.empty(); }

Status SpillableBuffer::Add(std::shared_ptr<arrow::RecordBatch> batch) {
  if (impl_->finished) return InternalError("A batch was added to a finished buffer.");
  if (batch->num_rows() == 0) return Status::OK();
  rows_ += batch->num_rows();
  ARROW_ASSIGN_OR_RAISE(const int64_t bytes, arrow::util::ReferencedBufferSize(*batch));
  bytes_ += bytes;
  if (impl_->writer) return impl_->writer->WriteRecordBatch(*batch);
  if (impl_->budget->TryReserve(bytes)) {
    impl_->reserved_bytes += bytes;
    impl_->batches.push_back(std::move(batch));
    return Status::OK();
  }
  ARROW_RETURN_NOT_OK(impl_->StartFile(*services_));
  return impl_->writer->WriteRecordBatch(*batch);
}

Status SpillableBuffer::Finish() {
  if (impl_->finished) return Status::OK();
  impl_->finished = true;
  if (!impl_->writer) return Status::OK();
  ARROW_RETURN_NOT_OK(impl_->writer->Close());
  impl_->writer.reset();
  return impl_->stream->Close();
}

Result<std::unique_ptr<BatchReader>> SpillableBuffer::Open() const {
  if (!impl_->finished) return InternalError("A buffer was read before it was finished.");
  if (impl_->path.empty()) return std::make_unique<MemoryReader>(&impl_->batches);
  ARROW_ASSIGN_OR_RAISE(auto file, services_->env->OpenFile(impl_->path));
  arrow::ipc::IpcReadOptions options;
  options.use_threads = false;
  options.memory_pool = services_->pool;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatchReader> reader,
                        arrow::ipc::RecordBatchStreamReader::Open(
                            std::shared_ptr<arrow::io::InputStream>(std::move(file)), options));
  return std::make_unique<FileReader>(std::move(reader));
}

}  // namespace firesteel
