#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "arrow/array/array_primitive.h"
#include "arrow/buffer.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/operators.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Wide = __int128;  // holds every product of a count and a step

/// Numbers in a row, computed when they are read.
class RangeScan final : public PhysicalPlan {
 public:
  RangeScan(Schema schema, int64_t start, int64_t end, int64_t step, int partitions, Wide count)
      : PhysicalPlan(std::move(schema), {}),
        start_(start),
        end_(end),
        step_(step),
        partitions_(partitions),
        count_(count),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  static Result<PhysicalPlanPtr> Make(Schema schema, int64_t start, int64_t end, int64_t step,
                                      int partitions) {
    if (schema.size() > 1 || (schema.size() == 1 && schema.field(0).type.id() != TypeId::kLong)) {
      return InternalError("A range has one column of whole numbers.");
    }
    if (step == 0 || partitions < 1) return InternalError("A range needs a step and a partition.");
    const Wide distance = static_cast<Wide>(end) - start;
    Wide count = 0;
    if ((distance > 0) == (step > 0)) count = (distance + (step > 0 ? step - 1 : step + 1)) / step;
    return std::make_shared<RangeScan>(std::move(schema), start, end, step, partitions, count);
  }

  std::string Name() const override {
    return "Range (" + std::to_string(start_) + ", " + std::to_string(end_) + ", " +
           std::to_string(step_) + ", " + std::to_string(partitions_) + ")";
  }
  int PartitionCount(const ExecutionContext&) const override { return partitions_; }
  std::optional<int64_t> KnownRows(const ExecutionContext&) const override {
    return static_cast<int64_t>(
        std::min<Wide>(count_, std::numeric_limits<int64_t>::max() / partitions_));
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    return std::make_unique<Reader>(this, count_ * partition / partitions_,
                                    count_ * (partition + 1) / partitions_,
                                    task->execution->services().batch_rows);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const RangeScan* plan, Wide first, Wide end, int64_t batch_rows)
        : plan_(plan), next_(first), end_(end), batch_rows_(batch_rows) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      const auto rows = static_cast<int64_t>(std::min<Wide>(batch_rows_, end_ - next_));
      if (rows <= 0) return nullptr;
      const auto first = static_cast<int64_t>(plan_->start_ + next_ * plan_->step_);
      next_ += rows;
      arrow::ArrayVector columns;
      if (plan_->schema().size() == 1) {
        std::vector<int64_t> numbers(rows);
        for (int64_t i = 0; i < rows; ++i) numbers[i] = first + i * plan_->step_;
        columns.push_back(std::make_shared<arrow::Int64Array>(
            rows, arrow::Buffer::FromVector(std::move(numbers))));
      }
      return arrow::RecordBatch::Make(plan_->arrow_schema_, rows, std::move(columns));
    }

   private:
    const RangeScan* plan_;
    Wide next_;
    Wide end_;
    int64_t batch_rows_;
  };

  int64_t start_;
  int64_t end_;
  int64_t step_;
  int partitions_;
  Wide count_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewRangeScan(Schema schema, int64_t start, int64_t end, int64_t step,
                                     int partitions) {
  return RangeScan::Make(std::move(schema), start, end, step, partitions);
}

}  // namespace firesteel
