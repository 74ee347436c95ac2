#include "exec/partition_sequence_reader.h"

#include "arrow/record_batch.h"

namespace firesteel {

namespace {

class PartitionSequenceReader final : public BatchReader {
 public:
  PartitionSequenceReader(const PhysicalPlan* plan, ExecutionContext* execution, int begin, int end)
      : plan_(plan), execution_(execution), next_(begin), end_(end) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (true) {
      ARROW_RETURN_NOT_OK(execution_->cancellation().Check());
      if (reader_) {
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader_->Next());
        if (batch) return batch;
        reader_.reset();
      }
      if (next_ == end_) return nullptr;
      task_ = std::make_unique<TaskContext>(MakeTask(execution_, next_));
      ARROW_ASSIGN_OR_RAISE(reader_, plan_->Execute(next_++, task_.get()));
    }
  }

 private:
  const PhysicalPlan* plan_;
  ExecutionContext* execution_;
  int next_;
  int end_;
  std::unique_ptr<TaskContext> task_;  // of the partition being read; outlives reader_
  std::unique_ptr<BatchReader> reader_;
};

}  // namespace

std::unique_ptr<BatchReader> NewPartitionSequenceReader(const PhysicalPlan* plan,
                                                        ExecutionContext* execution, int begin,
                                                        int end) {
  return std::make_unique<PartitionSequenceReader>(plan, execution, begin, end);
}

std::unique_ptr<BatchReader> NewPartitionSequenceReader(const PhysicalPlan* plan,
                                                        ExecutionContext* execution) {
  return NewPartitionSequenceReader(plan, execution, 0, plan->PartitionCount(*execution));
}

}  // namespace firesteel
