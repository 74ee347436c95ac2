#include "exec/session_merger.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/memory_pool.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/batch_slicer.h"
#include "exec/grouped_accumulators.h"
#include "exec/take_columns.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using MergerColumns = SessionMerger::Columns;

Result<MergerColumns> ConcatenatePieces(const std::vector<MergerColumns>& pieces) {
  if (pieces.size() == 1) return pieces[0];
  MergerColumns whole;
  for (size_t column = 0; column < pieces[0].size(); ++column) {
    arrow::ArrayVector parts;
    for (const MergerColumns& piece : pieces) parts.push_back(piece[column]);
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> all, arrow::Concatenate(parts));
    whole.push_back(std::move(all));
  }
  return whole;
}

/// Where the sessions lie among rows sorted by group and start.
struct Sweep {
  std::vector<int32_t> order;    // rows
  std::vector<int64_t> numbers;  // of the session of order[i]
  std::vector<int32_t> first;    // row of each session
  std::vector<int64_t> starts;
  std::vector<int64_t> ends;
};

Sweep FindSessions(const std::vector<int32_t>& groups, const int64_t* starts, const int64_t* ends) {
  Sweep sweep;
  sweep.order.resize(groups.size());
  std::iota(sweep.order.begin(), sweep.order.end(), 0);
  std::stable_sort(sweep.order.begin(), sweep.order.end(), [&](int32_t a, int32_t b) {
    return groups[a] != groups[b] ? groups[a] < groups[b] : starts[a] < starts[b];
  });
  for (size_t i = 0; i < sweep.order.size(); ++i) {
    const int32_t row = sweep.order[i];
    const bool same_group = i > 0 && groups[row] == groups[sweep.order[i - 1]];
    if (same_group && starts[row] <= sweep.ends.back()) {
      sweep.ends.back() = std::max(sweep.ends.back(), ends[row]);
    } else {
      sweep.first.push_back(row);
      sweep.starts.push_back(starts[row]);
      sweep.ends.push_back(ends[row]);
    }
    sweep.numbers.push_back(static_cast<int64_t>(sweep.first.size()) - 1);
  }
  return sweep;
}

std::shared_ptr<arrow::Array> MakeSessions(const std::shared_ptr<arrow::DataType>& type,
                                           std::vector<int64_t> starts, std::vector<int64_t> ends) {
  const auto rows = static_cast<int64_t>(starts.size());
  const auto times = [&](int field, std::vector<int64_t> values) {
    return arrow::ArrayData::Make(type->field(field)->type(), rows,
                                  {nullptr, arrow::Buffer::FromVector(std::move(values))}, 0);
  };
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, rows, {nullptr}, {times(0, std::move(starts)), times(1, std::move(ends))}, 0));
}

}  // namespace

void SessionMerger::Add(Columns columns) {
  const int64_t rows = columns[0]->length();
  if (rows == 0) return;
  rows_ += rows;
  pieces_.push_back(std::move(columns));
}

Result<MergedSessions> SessionMerger::Merge() const {
  MergedSessions merged;
  if (rows_ == 0) return merged;
  if (rows_ > std::numeric_limits<int32_t>::max()) {
    return Status::CapacityError("Too many sessions in one partition: ", rows_);
  }
  ARROW_ASSIGN_OR_RAISE(const MergerColumns rows, ConcatenatePieces(pieces_));
  const MergerColumns keys(rows.begin(), rows.begin() + layout_->key_count());
  const MergerColumns buffers(rows.begin() + layout_->key_count(), rows.end());

  std::vector<int32_t> groups(static_cast<size_t>(rows_), 0);
  std::vector<DataType> types = layout_->key_types;
  MergerColumns others = keys;
  types.erase(types.begin() + layout_->session_key);
  others.erase(others.begin() + layout_->session_key);
  if (!others.empty()) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<GroupTable> table, GroupTable::Make(types));
    ARROW_RETURN_NOT_OK(table->Lookup(others, rows_, &groups));
  }
  const auto& sessions = static_cast<const arrow::StructArray&>(*keys[layout_->session_key]);
  const auto starts = std::static_pointer_cast<arrow::TimestampArray>(sessions.field(0));
  const auto ends = std::static_pointer_cast<arrow::TimestampArray>(sessions.field(1));
  Sweep sweep = FindSessions(groups, starts->raw_values(), ends->raw_values());

  ARROW_ASSIGN_OR_RAISE(
      const std::unique_ptr<GroupedAccumulators> accumulators,
      GroupedAccumulators::Make({DataType(TypeId::kLong)}, &layout_->aggregates));
  const auto numbers = std::make_shared<arrow::Int64Array>(
      rows_, arrow::Buffer::FromVector(std::move(sweep.numbers)));
  ARROW_ASSIGN_OR_RAISE(const MergerColumns sorted, TakeColumnRows(buffers, sweep.order));
  ARROW_ASSIGN_OR_RAISE(const std::span<const int32_t> numbered,
                        accumulators->Group({numbers}, rows_));
  ARROW_RETURN_NOT_OK(accumulators->Merge(sorted, numbered));
  merged.rows = static_cast<int64_t>(sweep.first.size());
  ARROW_ASSIGN_OR_RAISE(merged.buffers, accumulators->Buffers());
  ARROW_ASSIGN_OR_RAISE(merged.keys, TakeColumnRows(keys, sweep.first));
  merged.keys[layout_->session_key] =
      MakeSessions(sessions.type(), std::move(sweep.starts), std::move(sweep.ends));
  return merged;
}

namespace {

/// See NewFinalSessionAggregate. Holds the partial rows of one partition.
class FinalSessionAggregate final : public PhysicalPlan {
 public:
  FinalSessionAggregate(PhysicalPlanPtr child, SessionLayout layout, Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(child)}),
        layout_(std::move(layout)),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  std::string Name() const override {
    return "FinalSessionAggregate " + AggregateListText(layout_.aggregates);
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    return std::make_unique<Reader>(this, std::move(input), task->execution);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const FinalSessionAggregate* plan, std::unique_ptr<BatchReader> input,
           ExecutionContext* execution)
        : plan_(plan),
          input_(std::move(input)),
          execution_(execution),
          slicer_(execution->services().batch_rows) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (input_) ARROW_RETURN_NOT_OK(Prepare());
      return slicer_.Next();
    }

   private:
    Status Prepare() {
      SessionMerger merger(&plan_->layout_);
      while (true) {
        ARROW_RETURN_NOT_OK(execution_->cancellation().Check());
        ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
        if (!batch) break;
        merger.Add(batch->columns());
      }
      input_.reset();
      ARROW_ASSIGN_OR_RAISE(MergedSessions merged, merger.Merge());
      if (merged.rows == 0) return Status::OK();
      ARROW_ASSIGN_OR_RAISE(
          const MergerColumns results,
          FinishBuffers(plan_->layout_.aggregates, merged.buffers, merged.rows));
      MergerColumns columns = std::move(merged.keys);
      columns.insert(columns.end(), results.begin(), results.end());
      slicer_.Reset(
          arrow::RecordBatch::Make(plan_->arrow_schema_, merged.rows, std::move(columns)));
      return Status::OK();
    }

    const FinalSessionAggregate* plan_;
    std::unique_ptr<BatchReader> input_;
    ExecutionContext* execution_;
    BatchSlicer slicer_;
  };

  SessionLayout layout_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewFinalSessionAggregate(PhysicalPlanPtr child, SessionLayout layout,
                                                 Schema schema) {
  if (layout.session_key < 0 || layout.session_key >= layout.key_count()) {
    return InternalError("An aggregation by sessions has no session among its keys.");
  }
  return std::make_shared<FinalSessionAggregate>(std::move(child), std::move(layout),
                                                 std::move(schema));
}

}  // namespace firesteel
