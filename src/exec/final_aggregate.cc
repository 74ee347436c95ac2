#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/batch_slicer.h"
#include "exec/batch_splitter.h"
#include "exec/grouped_accumulators.h"
#include "exec/key_partitioner.h"
#include "exec/operators.h"
#include "exec/spillable_buffer.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

// Into so many parts groups are divided when they exceed the budget, and so many times at most: a
// part that is still too large then is merged in memory.
constexpr int kParts = 16;
constexpr int kMaximumLevels = 5;

/// Merges partial rows of a batch query into one row per key. Groups that exceed the budget go to
/// files by their keys, as partial rows, and are merged part by part.
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
           ExecutionContext* execution)
        : plan_(plan),
          input_(std::move(input)),
          partition_(partition),
          execution_(execution),
          slicer_(execution->services().batch_rows) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      while (true) {
        if (auto piece = slicer_.Next()) return piece;
        if (input_) {
          const std::unique_ptr<BatchReader> input = std::move(input_);
          ARROW_RETURN_NOT_OK(Merge(input.get(), 0));
        } else if (!pending_.empty()) {
          const Part part = std::move(pending_.back());
          pending_.pop_back();
          ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> input, part.rows->Open());
          ARROW_RETURN_NOT_OK(Merge(input.get(), part.level));
        } else {
          return nullptr;
        }
      }
    }

   private:
    struct Part {
      std::unique_ptr<SpillableBuffer> rows;
      int level;
    };

    Status Merge(BatchReader* input, int level) {
      ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<GroupedAccumulators> groups,
                            GroupedAccumulators::Make(plan_->key_types_, &plan_->aggregates_));
      const int64_t budget_bytes = TaskBudgetBytes(execution_->services());
      SpillableBuffers parts;
      while (true) {
        ARROW_RETURN_NOT_OK(execution_->cancellation().Check());
        ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, input->Next());
        if (!batch) break;
        const arrow::ArrayVector& columns = batch->columns();
        ARROW_ASSIGN_OR_RAISE(
            const std::span<const int32_t> numbers,
            groups->Group({columns.begin(), columns.begin() + plan_->key_count_},
                          batch->num_rows()));
        ARROW_RETURN_NOT_OK(
            groups->Merge(std::span(columns).subspan(plan_->key_count_), numbers));
        if (groups->memory_bytes() > budget_bytes && level < kMaximumLevels && groups->size() > 1) {
          ARROW_RETURN_NOT_OK(Spill(level, groups.get(), &parts));
        }
      }
      if (parts.empty()) return GiveOut(groups.get());
      ARROW_RETURN_NOT_OK(Spill(level, groups.get(), &parts));
      ARROW_RETURN_NOT_OK(FinishAll(parts));
      for (std::unique_ptr<SpillableBuffer>& part : parts) {
        if (part->rows() > 0) pending_.push_back({std::move(part), level + 1});
      }
      return Status::OK();
    }

    /// Writes the groups so far as partial rows and forgets them.
    Status Spill(int level, GroupedAccumulators* groups, SpillableBuffers* parts) {
      const int64_t rows = groups->size();
      if (rows == 0) return Status::OK();
      const ExecutionServices& services = execution_->services();
      const auto schema = ToArrowSchema(plan_->children()[0]->schema());
      if (parts->empty()) {
        *parts = MakeBuffers(kParts, &services, schema, BufferBudget(execution_));
      }
      ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, groups->Keys());
      ARROW_ASSIGN_OR_RAISE(KeyPartitioner partitioner,
                            KeyPartitioner::Make(plan_->key_types_, kParts, level));
      std::vector<int32_t> targets;
      ARROW_RETURN_NOT_OK(partitioner.Assign(columns, rows, &targets));
      ARROW_ASSIGN_OR_RAISE(const arrow::ArrayVector buffers, groups->Buffers());
      columns.insert(columns.end(), buffers.begin(), buffers.end());
      ARROW_RETURN_NOT_OK(groups->Clear());
      BatchSplitter splitter(kParts);
      return splitter.Split(arrow::RecordBatch::Make(schema, rows, std::move(columns)), targets,
                            parts);
    }

    Status GiveOut(GroupedAccumulators* groups) {
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
    ExecutionContext* execution_;
    BatchSlicer slicer_;
    std::vector<Part> pending_;
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
