#include "streaming/batch_sink_output.h"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "exec/spillable_buffer.h"
#include "streaming/failpoints.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

/// The rows of one batch, one buffer per partition. Add is called by the tasks, once per partition;
/// everything else after they are done.
class BufferedBatch final : public BatchHandle {
 public:
  BufferedBatch(const Schema& schema, const ExecutionServices* services)
      : schema_(schema),
        arrow_schema_(ToArrowSchema(schema)),
        services_(services),
        budget_(std::make_shared<MemoryBudget>(services->memory_budget_bytes)) {}

  Status Add(int partition, BatchReader* reader) {
    auto buffer = std::make_unique<SpillableBuffer>(services_, arrow_schema_, budget_);
    while (true) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
      if (batch == nullptr) break;
      ARROW_RETURN_NOT_OK(buffer->Add(std::move(batch)));
    }
    ARROW_RETURN_NOT_OK(buffer->Finish());
    const std::lock_guard lock(mutex_);
    by_partition_[partition] = std::move(buffer);
    return Status::OK();
  }

  void Finish() {
    for (auto& [partition, buffer] : by_partition_) buffers_.push_back(std::move(buffer));
    by_partition_.clear();
  }

  int64_t rows() const {
    int64_t rows = 0;
    for (const auto& buffer : buffers_) rows += buffer->rows();
    return rows;
  }

  const Schema& schema() const override { return schema_; }
  int partitions() const override { return static_cast<int>(buffers_.size()); }
  Result<std::unique_ptr<BatchReader>> Open(int partition) const override {
    if (partition < 0 || partition >= partitions()) {
      return Status::IndexError("The batch has no partition ", partition, ".");
    }
    return buffers_[partition]->Open();
  }

 private:
  const Schema& schema_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const ExecutionServices* services_;
  const std::shared_ptr<MemoryBudget> budget_;
  std::mutex mutex_;
  std::map<int, std::unique_ptr<SpillableBuffer>> by_partition_;  // guarded by mutex_
  std::vector<std::unique_ptr<SpillableBuffer>> buffers_;         // by partition, after Finish
};

class BatchSinkOutput final : public BatchOutput {
 public:
  BatchSinkOutput(std::shared_ptr<BatchSink> sink, FailpointHook failpoint)
      : sink_(std::move(sink)), failpoint_(std::move(failpoint)) {}

  Result<bool> IsCommitted(int64_t) override { return false; }

  Result<int64_t> Write(const PhysicalPlan& plan, ExecutionContext* execution,
                        const std::function<Status()>& before_commit) override {
    BufferedBatch batch(plan.schema(), &execution->services());
    ARROW_RETURN_NOT_OK(
        RunPlan(plan, execution, [&](int partition, BatchReader* reader, TaskContext*) {
          return batch.Add(partition, reader);
        }));
    batch.Finish();
    ARROW_RETURN_NOT_OK(before_commit());
    ARROW_RETURN_NOT_OK(failpoint_(failpoints::kBeforeSinkCommit));
    ARROW_RETURN_NOT_OK(sink_->AddBatch(execution->batch().batch_id, batch));
    ARROW_RETURN_NOT_OK(failpoint_(failpoints::kAfterSinkCommit));
    return batch.rows();
  }

  std::string Describe() const override { return sink_->Describe(); }
  bool ReportsOutputRows() const override { return sink_->ReportsOutputRows(); }

 private:
  std::shared_ptr<BatchSink> sink_;
  FailpointHook failpoint_;
};

}  // namespace

std::unique_ptr<BatchOutput> NewBatchSinkOutput(std::shared_ptr<BatchSink> sink,
                                                FailpointHook failpoint) {
  return std::make_unique<BatchSinkOutput>(std::move(sink), std::move(failpoint));
}

}  // namespace firesteel
