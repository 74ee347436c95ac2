#include "exec/physical_plan.h"

#include <set>

#include "arrow/record_batch.h"

namespace firesteel {

namespace {

// Below this many rows waking threads costs more than it saves.
constexpr int64_t kInlineRows = 8192;

/// Checks for cancellation before each batch and counts the rows that leave the plan.
class CheckedReader final : public BatchReader {
 public:
  CheckedReader(std::unique_ptr<BatchReader> reader, const CancellationToken* cancellation,
                std::atomic<int64_t>* output_rows)
      : reader_(std::move(reader)), cancellation_(cancellation), output_rows_(output_rows) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    ARROW_RETURN_NOT_OK(cancellation_->Check());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader_->Next());
    if (batch) output_rows_->fetch_add(batch->num_rows(), std::memory_order_relaxed);
    return batch;
  }

 private:
  std::unique_ptr<BatchReader> reader_;
  const CancellationToken* cancellation_;
  std::atomic<int64_t>* output_rows_;
};

Status PrepareTree(const PhysicalPlan& plan, ExecutionContext* execution,
                   std::set<const PhysicalPlan*>* prepared) {
  if (!prepared->insert(&plan).second) return Status::OK();
  for (const PhysicalPlanPtr& child : plan.children()) {
    ARROW_RETURN_NOT_OK(PrepareTree(*child, execution, prepared));
  }
  ARROW_RETURN_NOT_OK(execution->cancellation().Check());
  return plan.Prepare(execution);
}

void AppendTree(const PhysicalPlan& plan, const std::string& prefix, const std::string& branch,
                std::string* text) {
  *text += prefix + branch + plan.Name() + "\n";
  std::string below = prefix;
  if (!branch.empty()) below += branch == ":- " ? ":  " : "   ";
  for (size_t i = 0; i < plan.children().size(); ++i) {
    const bool last = i + 1 == plan.children().size();
    AppendTree(*plan.children()[i], below, last ? "+- " : ":- ", text);
  }
}

}  // namespace

int PhysicalPlan::PartitionCount(const ExecutionContext& execution) const {
  return children_.empty() ? 1 : children_.front()->PartitionCount(execution);
}

Status PhysicalPlan::Prepare(ExecutionContext*) const { return Status::OK(); }

std::optional<int64_t> PhysicalPlan::KnownRows(const ExecutionContext& execution) const {
  if (children_.size() != 1) return std::nullopt;
  return children_.front()->KnownRows(execution);
}

std::string PhysicalPlan::TreeString() const {
  std::string text;
  AppendTree(*this, "", "", &text);
  return text;
}

Status RunPartitions(const PhysicalPlan& plan, ExecutionContext* execution,
                     const PartitionConsumer& consume) {
  std::atomic<int64_t>* output_rows = &execution->Metrics(&plan)->output_rows;
  const auto run = [&](int partition) -> Status {
    ARROW_RETURN_NOT_OK(execution->cancellation().Check());
    TaskContext task = MakeTask(execution, partition);
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> reader, plan.Execute(partition, &task));
    CheckedReader checked(std::move(reader), &execution->cancellation(), output_rows);
    return consume(partition, &checked, &task);
  };
  const int count = plan.PartitionCount(*execution);
  const std::optional<int64_t> rows = plan.KnownRows(*execution);
  if (rows && *rows <= kInlineRows) {
    for (int partition = 0; partition < count; ++partition) ARROW_RETURN_NOT_OK(run(partition));
    return Status::OK();
  }
  return execution->services().scheduler->Run(count, run);
}

Status RunPlan(const PhysicalPlan& plan, ExecutionContext* execution,
               const PartitionConsumer& consume) {
  std::set<const PhysicalPlan*> prepared;
  ARROW_RETURN_NOT_OK(PrepareTree(plan, execution, &prepared));
  return RunPartitions(plan, execution, consume);
}

Result<std::vector<std::shared_ptr<arrow::RecordBatch>>> CollectPlan(const PhysicalPlan& plan,
                                                                     ExecutionContext* execution) {
  std::set<const PhysicalPlan*> prepared;
  ARROW_RETURN_NOT_OK(PrepareTree(plan, execution, &prepared));
  std::vector<std::vector<std::shared_ptr<arrow::RecordBatch>>> partitions(
      plan.PartitionCount(*execution));
  ARROW_RETURN_NOT_OK(RunPartitions(
      plan, execution, [&](int partition, BatchReader* reader, TaskContext*) -> Status {
        while (true) {
          ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
          if (!batch) return Status::OK();
          partitions[partition].push_back(std::move(batch));
        }
      }));
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (auto& partition : partitions) {
    for (auto& batch : partition) batches.push_back(std::move(batch));
  }
  return batches;
}

}  // namespace firesteel
