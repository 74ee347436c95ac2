#include "exec/stateful/streaming_aggregate.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/batch_slicer.h"
#include "exec/grouped_accumulators.h"
#include "exec/stateful/event_time_key.h"
#include "exec/take_columns.h"
#include "state/state_store.h"
#include "types/arrow_types.h"
#include "types/unsafe_row.h"

namespace firesteel {

namespace {

using Columns = GroupedAccumulators::Columns;

/// What the operator's tasks need of it.
struct AggregatePlan {
  std::vector<StructField> key_fields;
  std::vector<PlannedAggregate> aggregates;
  std::vector<DataType> key_types;
  UnsafeRowCodec key_codec;
  UnsafeRowCodec value_codec;
  std::shared_ptr<arrow::Schema> output;
  StreamingAggregateOptions options;
  StateStoreOptions store_options;

  int key_count() const { return static_cast<int>(key_types.size()); }
  /// Whether groups come to an end. In complete mode none does.
  bool ends_groups() const {
    return options.event_time_key >= 0 && options.mode != OutputMode::kComplete;
  }
};

/// One partition of one batch. Merges and puts on the first call of Next, gives rows out, removes
/// what has ended, and commits when the last row is gone; destroyed before that, it leaves the state
/// as it was.
class StreamingAggregateReader final : public BatchReader {
 public:
  StreamingAggregateReader(const AggregatePlan* plan, std::unique_ptr<BatchReader> input,
                           std::unique_ptr<StateStore> store,
                           std::unique_ptr<GroupedAccumulators> groups, OperatorMetrics* metrics,
                           ExecutionContext* execution)
      : plan_(plan),
        input_(std::move(input)),
        store_(std::move(store)),
        groups_(std::move(groups)),
        metrics_(metrics),
        execution_(execution),
        watermarks_(plan->ends_groups()
                        ? execution->batch().watermarks[plan->options.operator_id]
                        : OperatorWatermarks()),
        slicer_(execution->services().batch_rows) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (input_) ARROW_RETURN_NOT_OK(UpdateState());
    if (plan_->options.mode != OutputMode::kUpdate) {
      if (next_entry_ < entries_.size()) return NextEntries();
    } else if (auto piece = slicer_.Next()) {
      return piece;
    }
    if (store_) ARROW_RETURN_NOT_OK(Commit());
    return nullptr;
  }

 private:
  Status UpdateState() {
    const int64_t start = Now();
    while (true) {
      ARROW_RETURN_NOT_OK(execution_->cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
      if (!batch) break;
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> in_time, DropLate(batch));
      if (in_time->num_rows() > 0) ARROW_RETURN_NOT_OK(MergeBatch(*in_time));
    }
    input_.reset();
    if (plan_->key_count() == 0 && groups_->size() == 0) {
      ARROW_RETURN_NOT_OK(groups_->EnsureSingleGroup());
      keys_.Append({});
      ARROW_RETURN_NOT_OK(MergeOld(0));
    }
    const EncodedRows& keys = Keys();
    if (keys.size() > 0) {
      ARROW_ASSIGN_OR_RAISE(const Columns buffers, groups_->Buffers());
      EncodedRows values;
      if (buffers.empty()) {
        // DISTINCT: a group is there, and that is all; its row has no columns and no bytes.
        for (int64_t i = 0; i < keys.size(); ++i) values.Append({});
      } else {
        ARROW_RETURN_NOT_OK(plan_->value_codec.Encode(buffers, false, &values));
      }
      ARROW_RETURN_NOT_OK(store_->PutFound(found_, keys, values));
      found_ = {};
    }
    metrics_->state_rows_updated += keys.size();
    if (late_groups_) metrics_->rows_dropped_by_watermark += late_groups_->size();
    metrics_->update_time_nanos += Now() - start;
    switch (plan_->options.mode) {
      case OutputMode::kComplete: return ListAll();
      case OutputMode::kAppend: return ListEnded();
      case OutputMode::kUpdate: break;
    }
    return PrepareChanged();
  }

  /// Takes out the rows whose groups have ended, and notes which groups these are.
  Result<std::shared_ptr<arrow::RecordBatch>> DropLate(
      const std::shared_ptr<arrow::RecordBatch>& batch) {
    if (!plan_->ends_groups()) return batch;
    const auto& columns = batch->columns();
    ARROW_ASSIGN_OR_RAISE(const EventTimeReader times,
                          EventTimeReader::Make(*columns[plan_->options.event_time_key]));
    const int64_t watermark_micros = WatermarkMicros(watermarks_.late_ms);
    std::vector<int32_t> late;
    std::vector<int32_t> in_time;
    for (int32_t row = 0; row < static_cast<int32_t>(batch->num_rows()); ++row) {
      if (times.IsAtOrBefore(row, watermark_micros)) {
        if (late.empty()) {
          for (int32_t before = 0; before < row; ++before) in_time.push_back(before);
        }
        late.push_back(row);
      } else if (!late.empty()) {
        in_time.push_back(row);
      }
    }
    if (late.empty()) return batch;
    if (!late_groups_) {
      ARROW_ASSIGN_OR_RAISE(late_groups_, GroupTable::Make(plan_->key_types));
    }
    const Columns keys(columns.begin(), columns.begin() + plan_->key_count());
    ARROW_ASSIGN_OR_RAISE(const Columns late_keys, TakeColumnRows(keys, late));
    std::vector<int32_t> numbers;
    ARROW_RETURN_NOT_OK(
        late_groups_->Lookup(late_keys, static_cast<int64_t>(late.size()), &numbers));
    ARROW_ASSIGN_OR_RAISE(Columns kept, TakeColumnRows(columns, in_time));
    return arrow::RecordBatch::Make(batch->schema(), static_cast<int64_t>(in_time.size()),
                                    std::move(kept));
  }

  /// Adds partial rows. A key met for the first time in this batch is looked up and its old buffers
  /// merged before its rows are, because some aggregates depend on the order.
  Status MergeBatch(const arrow::RecordBatch& batch) {
    const int key_count = plan_->key_count();
    const auto& columns = batch.columns();
    const Columns key_columns(columns.begin(), columns.begin() + key_count);
    const int64_t known = groups_->size();
    ARROW_ASSIGN_OR_RAISE(const std::span<const int32_t> numbers,
                          groups_->Group(key_columns, batch.num_rows()));
    if (groups_->size() > known) {
      if (groups_->EncodedKeys() == nullptr) {
        ARROW_RETURN_NOT_OK(EncodeNewKeys(key_columns, numbers));
      }
      ARROW_RETURN_NOT_OK(MergeOld(known));
    }
    return groups_->Merge(std::span(columns).subspan(key_count), numbers);
  }

  /// What the state calls the groups, in their order.
  const EncodedRows& Keys() const {
    const EncodedRows* encoded = groups_->EncodedKeys();
    return encoded != nullptr ? *encoded : keys_;
  }

  /// Adds the keys of the groups after those of keys_, each from its first row.
  Status EncodeNewKeys(const Columns& key_columns, std::span<const int32_t> numbers) {
    if (plan_->key_count() == 0) {
      keys_.Append({});
      return Status::OK();
    }
    auto next = static_cast<int32_t>(keys_.size());
    std::vector<int32_t> first_rows;
    for (int32_t row = 0; row < static_cast<int32_t>(numbers.size()); ++row) {
      if (numbers[row] != next) continue;
      first_rows.push_back(row);
      ++next;
    }
    ARROW_ASSIGN_OR_RAISE(const Columns first, TakeColumnRows(key_columns, first_rows));
    return plan_->key_codec.Encode(first, /*normalize_floats=*/true, &keys_);
  }

  /// Looks up the groups from `first` on, in one call, and merges what the state has of them.
  Status MergeOld(int64_t first) {
    ARROW_RETURN_NOT_OK(store_->FindBatch(Keys(), first, &found_));
    std::vector<std::string_view> old_rows;
    std::vector<int32_t> old_groups;
    for (auto i = static_cast<size_t>(first); i < found_.size(); ++i) {
      if (found_[i].ref == 0) continue;
      old_rows.push_back(found_[i].value);
      old_groups.push_back(static_cast<int32_t>(i));
    }
    if (old_rows.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const Columns buffers, plan_->value_codec.Decode(old_rows));
    return groups_->Merge(buffers, old_groups);
  }

  /// Update mode: the rows that this batch changed.
  Status PrepareChanged() {
    if (groups_->size() == 0) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(Columns columns, groups_->Keys());
    ARROW_ASSIGN_OR_RAISE(const Columns results, groups_->Results());
    columns.insert(columns.end(), results.begin(), results.end());
    slicer_.Reset(arrow::RecordBatch::Make(plan_->output, groups_->size(), std::move(columns)));
    return Status::OK();
  }

  /// Complete mode: notes where all rows of the state are. The store is not changed before all are
  /// given out, so the views stay valid.
  Status ListAll() {
    groups_.reset();
    return store_->Scan([this](std::string_view key, std::string_view value) -> Result<bool> {
      entries_.push_back({.key = key, .value = value});
      return true;
    });
  }

  /// Notes where the rows of the groups are that the watermark has passed. A watermark that has not
  /// moved finds none: the batch before has removed them, and this one has dropped its late rows.
  Status ListEnded() {
    groups_.reset();
    if (!plan_->ends_groups() || watermarks_.eviction_ms <= watermarks_.late_ms) {
      return Status::OK();
    }
    const int64_t start = Now();
    ARROW_RETURN_NOT_OK(store_->FindUpTo(WatermarkMicros(watermarks_.eviction_ms), &entries_));
    metrics_->removal_time_nanos += Now() - start;
    return Status::OK();
  }

  /// Removes what ListEnded has found.
  Status RemoveEnded() {
    if (entries_.empty()) return Status::OK();
    const int64_t start = Now();
    ARROW_RETURN_NOT_OK(store_->RemoveFound(entries_));
    metrics_->state_rows_removed += static_cast<int64_t>(entries_.size());
    metrics_->removal_time_nanos += Now() - start;
    return Status::OK();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> NextEntries() {
    const int64_t batch_rows = execution_->services().batch_rows;
    const size_t end = std::min(entries_.size(), next_entry_ + batch_rows);
    const auto rows = static_cast<int64_t>(end - next_entry_);
    std::vector<std::string_view> keys;
    std::vector<std::string_view> values;
    keys.reserve(end - next_entry_);
    values.reserve(end - next_entry_);
    for (; next_entry_ < end; ++next_entry_) {
      keys.push_back(entries_[next_entry_].key);
      values.push_back(entries_[next_entry_].value);
    }
    Columns columns;
    if (plan_->key_count() > 0) {
      ARROW_ASSIGN_OR_RAISE(columns, plan_->key_codec.Decode(keys));
    }
    ARROW_ASSIGN_OR_RAISE(const Columns buffers, plan_->value_codec.Decode(values));
    ARROW_ASSIGN_OR_RAISE(const Columns results, FinishBuffers(plan_->aggregates, buffers, rows));
    columns.insert(columns.end(), results.begin(), results.end());
    return arrow::RecordBatch::Make(plan_->output, rows, std::move(columns));
  }

  Status Commit() {
    if (plan_->options.mode == OutputMode::kUpdate) ARROW_RETURN_NOT_OK(ListEnded());
    if (plan_->options.mode != OutputMode::kComplete) ARROW_RETURN_NOT_OK(RemoveEnded());
    entries_.clear();
    return CommitStateStore(&store_, *execution_->services().clock, metrics_);
  }

  int64_t Now() const { return execution_->services().clock->MonotonicNanos(); }

  const AggregatePlan* plan_;
  std::unique_ptr<BatchReader> input_;
  std::unique_ptr<StateStore> store_;
  std::unique_ptr<GroupedAccumulators> groups_;
  OperatorMetrics* metrics_;
  ExecutionContext* execution_;
  const OperatorWatermarks watermarks_;
  BatchSlicer slicer_;
  std::unique_ptr<GroupTable> late_groups_;  // made when the first late row comes
  EncodedRows keys_;  // of the groups, in their order, unless the groups keep them so
  std::vector<StateEntry> found_;  // the entries of the groups, while the state is not changed
  std::vector<StateEntry> entries_;
  size_t next_entry_ = 0;
};

class StreamingAggregate final : public StatefulOperator {
 public:
  StreamingAggregate(StatefulOperatorInfo info, Schema schema, PhysicalPlanPtr child,
                     AggregatePlan plan)
      : StatefulOperator(std::move(info), std::move(schema), {std::move(child)}),
        plan_(std::move(plan)) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, std::vector<StructField> key_fields,
                                      std::vector<PlannedAggregate> aggregates, Schema schema,
                                      StreamingAggregateOptions options) {
    const std::vector<StructField> buffers = BufferFields(aggregates);
    if (child->schema().size() != static_cast<int>(key_fields.size() + buffers.size()) ||
        schema.size() != static_cast<int>(key_fields.size() + aggregates.size())) {
      return InternalError("A streaming aggregation's columns do not fit its aggregates.");
    }
    if (options.event_time_key >= static_cast<int>(key_fields.size())) {
      return InternalError("A streaming aggregation's event time is none of its keys.");
    }
    if (options.mode == OutputMode::kAppend && options.event_time_key < 0) {
      return InternalError("A streaming aggregation without watermark has no append mode.");
    }
    std::vector<DataType> key_types = TypesOf(key_fields);
    ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec key_codec, UnsafeRowCodec::Make(key_types));
    ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec value_codec, UnsafeRowCodec::Make(TypesOf(buffers)));
    StatefulOperatorInfo info;
    info.operator_id = options.operator_id;
    info.name = "stateStoreSave";
    info.partitions = options.shuffle_partitions;
    info.used_partitions = key_fields.empty() ? 1 : options.shuffle_partitions;
    info.stores = {{"", AsStateSchema(key_fields), AsStateSchema(buffers), 0}};
    StateStoreOptions store_options;
    store_options.key_schema = info.stores[0].key_schema;
    store_options.value_schema = info.stores[0].value_schema;
    store_options.compression_codec = options.compression_codec;
    store_options.minimum_deltas_for_snapshot = options.minimum_deltas_for_snapshot;
    store_options.minimum_batches_to_retain = options.minimum_batches_to_retain;
    if (options.event_time_key >= 0 && options.mode != OutputMode::kComplete) {
      const EncodedEventTimeReader times(store_options.key_schema, options.event_time_key);
      store_options.time_of = [times](std::string_view key, std::string_view) {
        return times.TimeOf(key);
      };
    }
    AggregatePlan plan{std::move(key_fields),
                       std::move(aggregates),
                       std::move(key_types),
                       std::move(key_codec),
                       std::move(value_codec),
                       ToArrowSchema(schema),
                       std::move(options),
                       std::move(store_options)};
    return std::make_shared<StreamingAggregate>(std::move(info), std::move(schema),
                                                std::move(child), std::move(plan));
  }

  std::string Name() const override {
    std::string keys;
    for (const StructField& field : plan_.key_fields) {
      if (!keys.empty()) keys += ", ";
      keys += field.name;
    }
    return "StreamingAggregate [" + keys + "], " + AggregateListText(plan_.aggregates) +
           ", state " + std::to_string(plan_.options.operator_id) + ", " +
           std::string(ToString(plan_.options.mode));
  }

  bool NeedsBatchWithoutData(int64_t watermark_ms, int64_t evicted_ms) const override {
    return plan_.options.mode != OutputMode::kComplete && watermark_ms > evicted_ms;
  }

  Status Prepare(ExecutionContext* execution) const override {
    const BatchContext& batch = execution->batch();
    const bool knows_time =
        !plan_.ends_groups() || static_cast<int>(batch.watermarks.size()) > info().operator_id;
    ARROW_RETURN_NOT_OK(CheckPlace(*execution, "A streaming aggregation"));
    return knows_time ? Status::OK() : InternalError("A streaming aggregation has no watermark.");
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ExecutionContext* execution = task->execution;
    const BatchContext& batch = execution->batch();
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<GroupedAccumulators> groups,
                          GroupedAccumulators::Make(plan_.key_types, &plan_.aggregates));
    if (const std::optional<int64_t> rows = children()[0]->KnownRows(*execution)) {
      groups->Expect(*rows / info().used_partitions);
    }
    ARROW_ASSIGN_OR_RAISE(
        std::unique_ptr<StateStore> store,
        OpenStateStore(batch, info().operator_id, partition, "", plan_.store_options));
    return std::make_unique<StreamingAggregateReader>(&plan_, std::move(input), std::move(store),
                                                      std::move(groups),
                                                      execution->Metrics(this), execution);
  }

 private:
  AggregatePlan plan_;
};

}  // namespace

Result<PhysicalPlanPtr> NewStreamingAggregate(PhysicalPlanPtr child,
                                              std::vector<StructField> key_fields,
                                              std::vector<PlannedAggregate> aggregates,
                                              Schema schema, StreamingAggregateOptions options) {
  return StreamingAggregate::Make(std::move(child), std::move(key_fields), std::move(aggregates),
                                  std::move(schema), std::move(options));
}

}  // namespace firesteel
