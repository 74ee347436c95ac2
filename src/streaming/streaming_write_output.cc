#include "streaming/streaming_write_output.h"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "streaming/failpoints.h"

namespace firesteel {
namespace {

/// What the tasks of one batch have committed. Thread-safe.
class TaskCommits {
 public:
  void Add(int partition, WriterCommitMessage message, int64_t rows) {
    const std::lock_guard lock(mutex_);
    messages_[partition] = std::move(message);
    rows_ += rows;
  }
  /// In the order of partitions. For when no task runs any more.
  std::vector<WriterCommitMessage> Messages() const {
    std::vector<WriterCommitMessage> messages;
    for (const auto& [partition, message] : messages_) messages.push_back(message);
    return messages;
  }
  int64_t rows() const { return rows_; }

 private:
  std::mutex mutex_;
  std::map<int, WriterCommitMessage> messages_;  // guarded by mutex_
  int64_t rows_ = 0;                             // guarded by mutex_
};

class StreamingWriteOutput final : public BatchOutput {
 public:
  StreamingWriteOutput(std::unique_ptr<StreamingWrite> write, FailpointHook failpoint)
      : write_(std::move(write)), failpoint_(std::move(failpoint)) {}

  void StopWhen(const std::atomic<bool>* stopped) override { write_->StopWhen(stopped); }

  Result<bool> IsCommitted(int64_t batch_id) override { return write_->IsCommitted(batch_id); }

  Result<int64_t> Write(const PhysicalPlan& plan, ExecutionContext* execution,
                        const std::function<Status()>& before_commit) override {
    const int64_t epoch = execution->batch().batch_id;
    TaskCommits commits;
    const Status run =
        RunPlan(plan, execution, [&](int partition, BatchReader* reader, TaskContext*) {
          return WritePartition(partition, epoch, reader, &commits);
        });
    if (!run.ok()) {
      // Returns what went wrong, not that cleaning up went wrong as well.
      const Status aborted = write_->Abort(epoch, commits.Messages());
      if (!aborted.ok()) aborted.Warn();
      return run;
    }
    ARROW_RETURN_NOT_OK(before_commit());
    ARROW_RETURN_NOT_OK(failpoint_(failpoints::kBeforeSinkCommit));
    // No abort after a failed commit: it may have succeeded all the same, and then the rows must
    // stay. The next run finds out.
    ARROW_RETURN_NOT_OK(write_->Commit(epoch, commits.Messages()));
    ARROW_RETURN_NOT_OK(failpoint_(failpoints::kAfterSinkCommit));
    return commits.rows();
  }

  std::string Describe() const override { return write_->Describe(); }
  bool ReportsOutputRows() const override { return write_->ReportsOutputRows(); }

 private:
  Status WritePartition(int partition, int64_t epoch, BatchReader* reader, TaskCommits* commits) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<DataWriter> writer,
                          write_->CreateWriter(partition, epoch));
    Result<int64_t> rows = Drain(reader, writer.get());
    // The reader's end has committed the partition's state, so state comes before output.
    Result<WriterCommitMessage> message =
        rows.ok() ? writer->Commit() : Result<WriterCommitMessage>(rows.status());
    if (!message.ok()) {
      writer->Abort();
      return message.status();
    }
    commits->Add(partition, std::move(*message), *rows);
    return Status::OK();
  }

  static Result<int64_t> Drain(BatchReader* reader, DataWriter* writer) {
    int64_t rows = 0;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
      if (batch == nullptr) return rows;
      rows += batch->num_rows();
      ARROW_RETURN_NOT_OK(writer->Write(*batch));
    }
  }

  std::unique_ptr<StreamingWrite> write_;
  FailpointHook failpoint_;
};

}  // namespace

std::unique_ptr<BatchOutput> NewStreamingWriteOutput(std::unique_ptr<StreamingWrite> write,
                                                     FailpointHook failpoint) {
  return std::make_unique<StreamingWriteOutput>(std::move(write), std::move(failpoint));
}

}  // namespace firesteel
