#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "common/error.h"
#include "exec/batch_slicer.h"
#include "exec/grouped_accumulators.h"
#include "exec/operators.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Merges partial rows of a batch query into one row per key.
class FinalAggregate final : public PhysicalPlan {
 public:
  FinalAggregate(PhysicalPlanPtr child, int key_count, std::vector<PlannedAggregate> aggregates,
                 Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(child)}),
        key_count_(key_count),
        aggregates_(std::move(aggregates)),
        arrow_schema_(ToArrowSchema(this->schema())) {
    for (int i = 0; i < key_count_; ++i) key_types_.push_back(this->schema().field(i).type);
  }

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, int key_count,
                                      std::vector<PlannedAggregate> aggregates, Schema schema) {
    const int buffers = static_cast<int>(BufferFields(aggregates).size());
    if (child->schema().size() != key_count + buffers ||
        schema.size() != key_count + static_cast<int>(aggregates.size())) {
      return InternalError("A final aggregation's columns do not fit its aggregates.");
    }
    return std::make_shared<FinalAggregate>(std::move(child), key_count, std::move(aggregates),
                                            std::move(schema));
  }

  std::string Name() const override {
    std::string keys;
    for (int i = 0; i < key_count_; ++i) {
      if (i > 0) keys += ", ";
      keys += children()[0]->schema().field(i).name;
    }
    return "FinalAggregate [" + keys + "], " + AggregateListText(aggregates_);
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    return std::make_unique<Reader>(this, std::move(input), partition, task->execution);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const FinalAggregate* plan, std::unique_ptr<BatchReader> input, int partition,
           const ExecutionContext* execution)
        : plan_(plan),
          input_(std::move(input)),
          partition_(partition),
          cancellation_(&execution->cancellation()),
          slicer_(execution->services().batch_rows) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (input_) ARROW_RETURN_NOT_OK(MergeAll());
      return slicer_.Next();
    }

   private:
    Status MergeAll() {
      ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<GroupedAccumulators> groups,
                            GroupedAccumulators::Make(plan_->key_types_, &plan_->aggregates_));
      while (true) {
        ARROW_RETURN_NOT_OK(cancellation_->Check());
        ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
        if (!batch) break;
        const arrow::ArrayVector& columns = batch->columns();
        ARROW_ASSIGN_OR_RAISE(
            const std::span<const int32_t> numbers,
            groups->Group({columns.begin(), columns.begin() + plan_->key_count_},
                          batch->num_rows()));
        ARROW_RETURN_NOT_OK(
            groups->Merge(std::span(columns).subspan(plan_->key_count_), numbers));
      }
      input_.reset();
      if (plan_->key_count_ == 0 && partition_ == 0) {
        ARROW_RETURN_NOT_OK(groups->EnsureSingleGroup());
      }
      if (groups->size() == 0) return Status::OK();
      ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, groups->Keys());
      ARROW_ASSIGN_OR_RAISE(const arrow::ArrayVector results, groups->Results());
      columns.insert(columns.end(), results.begin(), results.end());
      slicer_.Reset(
          arrow::RecordBatch::Make(plan_->arrow_schema_, groups->size(), std::move(columns)));
      return Status::OK();
    }

    const FinalAggregate* plan_;
    std::unique_ptr<BatchReader> input_;
    int partition_;
    const CancellationToken* cancellation_;
    BatchSlicer slicer_;
  };

  int key_count_;
  std::vector<PlannedAggregate> aggregates_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::vector<DataType> key_types_;
};

}  // namespace

Result<PhysicalPlanPtr> NewFinalAggregate(PhysicalPlanPtr child, int key_count,
                                          std::vector<PlannedAggregate> aggregates,
                                          Schema schema) {
  return FinalAggregate::Make(std::move(child), key_count, std::move(aggregates),
                              std::move(schema));
}

}  // namespace firesteel
