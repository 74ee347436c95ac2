#include "exec/stateful/late_row_keeper.h"

#include <map>
#include <mutex>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "exec/spillable_buffer.h"
#include "exec/stateful/event_time_key.h"
#include "exec/take_columns.h"
#include "fmt/format.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

void CollectKeepers(const PhysicalPlan& plan, std::vector<const LateRowKeeper*>* found) {
  if (const auto* keeper = dynamic_cast<const LateRowKeeper*>(&plan)) found->push_back(keeper);
  for (const PhysicalPlanPtr& child : plan.children()) CollectKeepers(*child, found);
}

}  // namespace

struct LateRowKeeper::Kept {
  std::mutex mutex;
  std::shared_ptr<MemoryBudget> budget;
  std::map<int, std::unique_ptr<SpillableBuffer>> by_partition;  // guarded by mutex
};

class LateRowKeeper::Reader final : public BatchReader {
 public:
  Reader(const LateRowKeeper* keeper, std::unique_ptr<BatchReader> input,
         std::shared_ptr<Kept> kept, TaskContext* task)
      : keeper_(keeper),
        input_(std::move(input)),
        kept_(std::move(kept)),
        task_(task),
        late_micros_(
            WatermarkMicros(task->execution->batch().WatermarksOf(keeper->operator_id()).late_ms)) {
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
    ARROW_RETURN_NOT_OK(batch ? KeepLate(*batch) : Finish());
    return batch;
  }

 private:
  Status KeepLate(const arrow::RecordBatch& batch) {
    task_->evaluation.rows_before = rows_before_;
    rows_before_ += batch.num_rows();
    ARROW_ASSIGN_OR_RAISE(const ColumnVector column,
                          keeper_->event_time_->Evaluate(batch, &task_->evaluation));
    ARROW_ASSIGN_OR_RAISE(const auto values, column.Expand(batch.num_rows()));
    ARROW_ASSIGN_OR_RAISE(const EventTimeReader times, EventTimeReader::Make(*values));
    std::vector<int32_t> late;
    for (int32_t row = 0; row < static_cast<int32_t>(batch.num_rows()); ++row) {
      if (times.IsAtOrBefore(row, late_micros_)) late.push_back(row);
    }
    if (late.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(auto columns, TakeColumnRows(batch.columns(), late));
    if (buffer_ == nullptr) {
      buffer_ = std::make_unique<SpillableBuffer>(&task_->execution->services(), batch.schema(),
                                                  kept_->budget);
    }
    return buffer_->Add(arrow::RecordBatch::Make(batch.schema(), static_cast<int64_t>(late.size()),
                                                 std::move(columns)));
  }

  Status Finish() {
    if (buffer_ == nullptr) return Status::OK();
    ARROW_RETURN_NOT_OK(buffer_->Finish());
    const std::lock_guard lock(kept_->mutex);
    kept_->by_partition[task_->partition] = std::move(buffer_);
    return Status::OK();
  }

  const LateRowKeeper* keeper_;
  std::unique_ptr<BatchReader> input_;
  std::shared_ptr<Kept> kept_;
  TaskContext* task_;
  const int64_t late_micros_;
  int64_t rows_before_ = 0;
  std::unique_ptr<SpillableBuffer> buffer_;  // made when the first late row comes
};

LateRowKeeper::LateRowKeeper(PhysicalPlanPtr child, ExpressionPtr event_time, int operator_id,
                             std::string side)
    : PhysicalPlan(child->schema(), {child}),
      event_time_(std::move(event_time)),
      operator_id_(operator_id),
      side_(std::move(side)) {}

int64_t LateRowKeeper::KeptRows(const ExecutionContext& execution) const {
  const std::shared_ptr<Kept> kept = execution.FindOperatorState<Kept>(this);
  if (!kept) return 0;
  const std::lock_guard lock(kept->mutex);
  int64_t rows = 0;
  for (const auto& [partition, buffer] : kept->by_partition) rows += buffer->rows();
  return rows;
}

Status LateRowKeeper::ForEachKept(
    const ExecutionContext& execution,
    const std::function<Status(const arrow::RecordBatch&)>& take) const {
  const std::shared_ptr<Kept> kept = execution.FindOperatorState<Kept>(this);
  if (!kept) return Status::OK();
  const std::lock_guard lock(kept->mutex);
  for (const auto& [partition, buffer] : kept->by_partition) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> reader, buffer->Open());
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
      if (batch == nullptr) break;
      ARROW_RETURN_NOT_OK(take(*batch));
    }
  }
  return Status::OK();
}

std::string LateRowKeeper::Name() const {
  return fmt::format("KeepLateRows {}, state {}{}{}", event_time_->Sql(), operator_id_,
                     side_.empty() ? "" : ", ", side_);
}

Result<std::unique_ptr<BatchReader>> LateRowKeeper::Execute(int partition,
                                                            TaskContext* task) const {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                        children()[0]->Execute(partition, task));
  std::shared_ptr<MemoryBudget> budget = BufferBudget(task->execution);
  std::shared_ptr<Kept> kept = task->execution->OperatorState<Kept>(this, [&] {
    auto made = std::make_shared<Kept>();
    made->budget = budget;
    return made;
  });
  return std::make_unique<Reader>(this, std::move(input), std::move(kept), task);
}

std::vector<const LateRowKeeper*> FindLateRowKeepers(const PhysicalPlan& plan) {
  std::vector<const LateRowKeeper*> found;
  CollectKeepers(plan, &found);
  return found;
}

}  // namespace firesteel
