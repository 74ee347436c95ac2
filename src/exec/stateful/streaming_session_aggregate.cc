#include "exec/stateful/streaming_session_aggregate.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "arrow/array/array_nested.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/group_table.h"
#include "exec/grouped_accumulators.h"
#include "exec/stateful/event_time_key.h"
#include "exec/take_columns.h"
#include "state/state_store.h"
#include "types/arrow_types.h"
#include "types/unsafe_row.h"

namespace firesteel {

namespace {

using SessionColumns = SessionMerger::Columns;

/// What the operator's tasks need of it.
struct SessionPlan {
  SessionLayout layout;
  UnsafeRowCodec prefix_codec;  // the other keys
  UnsafeRowCodec key_codec;     // the other keys, the start
  UnsafeRowCodec value_codec;   // the session, the other keys, the buffers
  std::shared_ptr<arrow::Schema> output;
  StreamingAggregateOptions options;
  StateStoreOptions store_options;

  bool ends_sessions() const {
    return options.event_time_key >= 0 && options.mode == OutputMode::kAppend;
  }
  SessionColumns OtherKeys(const SessionColumns& columns) const {
    SessionColumns others(columns.begin(), columns.begin() + layout.key_count());
    others.erase(others.begin() + layout.session_key);
    return others;
  }
  /// Columns of a state value, in the order of the operator's input.
  SessionColumns FromValue(const SessionColumns& value) const {
    SessionColumns columns(value.begin() + 1, value.begin() + layout.key_count());
    columns.insert(columns.begin() + layout.session_key, value[0]);
    columns.insert(columns.end(), value.begin() + layout.key_count(), value.end());
    return columns;
  }
  SessionColumns ToValue(const SessionColumns& keys, const SessionColumns& buffers) const {
    SessionColumns value = OtherKeys(keys);
    value.insert(value.begin(), keys[layout.session_key]);
    value.insert(value.end(), buffers.begin(), buffers.end());
    return value;
  }
  SessionColumns ToKey(const SessionColumns& keys) const {
    SessionColumns key = OtherKeys(keys);
    key.push_back(static_cast<const arrow::StructArray&>(*keys[layout.session_key]).field(0));
    return key;
  }
};

/// One partition of one batch: merges, writes, gives rows out, removes what has ended
/// and commits when the last row is gone.
class StreamingSessionReader final : public BatchReader {
 public:
  StreamingSessionReader(const SessionPlan* plan, std::unique_ptr<BatchReader> input,
                         std::unique_ptr<StateStore> store, OperatorMetrics* metrics,
                         OperatorWatermarks watermarks, ExecutionContext* execution)
      : plan_(plan),
        input_(std::move(input)),
        store_(std::move(store)),
        metrics_(metrics),
        watermarks_(watermarks),
        execution_(execution) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (input_) ARROW_RETURN_NOT_OK(UpdateState());
    if (next_entry_ < entries_.size()) return NextEntries();
    if (store_) ARROW_RETURN_NOT_OK(Commit());
    return nullptr;
  }

 private:
  Status UpdateState() {
    const int64_t start = Now();
    SessionMerger merger(&plan_->layout);
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<GroupTable> groups,
                          GroupTable::Make(plan_->prefix_codec.types()));
    while (true) {
      ARROW_RETURN_NOT_OK(execution_->cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
      if (!batch) break;
      ARROW_ASSIGN_OR_RAISE(SessionColumns columns, DropLate(batch->columns()));
      std::vector<int32_t> numbers;
      ARROW_RETURN_NOT_OK(
          groups->Lookup(plan_->OtherKeys(columns), columns[0]->length(), &numbers));
      merger.Add(std::move(columns));
    }
    input_.reset();
    if (merger.rows() > 0) ARROW_RETURN_NOT_OK(MergeWithState(*groups, &merger));
    metrics_->update_time_nanos += Now() - start;
    return ListEntries();
  }

  Result<SessionColumns> DropLate(SessionColumns columns) {
    if (!plan_->ends_sessions()) return columns;
    ARROW_ASSIGN_OR_RAISE(const EventTimeReader times,
                          EventTimeReader::Make(*columns[plan_->layout.session_key]));
    const int64_t watermark_micros = WatermarkMicros(watermarks_.late_ms);
    const auto rows = static_cast<int32_t>(columns[0]->length());
    std::vector<int32_t> in_time;
    for (int32_t row = 0; row < rows; ++row) {
      if (!times.IsAtOrBefore(row, watermark_micros)) in_time.push_back(row);
    }
    if (static_cast<int32_t>(in_time.size()) == rows) return columns;
    metrics_->rows_dropped_by_watermark += rows - static_cast<int64_t>(in_time.size());
    return TakeColumnRows(columns, in_time);
  }

  /// Adds the sessions that the state has under the keys of this batch, merges and writes.
  Status MergeWithState(const GroupTable& groups, SessionMerger* merger) {
    ARROW_ASSIGN_OR_RAISE(const SessionColumns keys, groups.Keys());
    EncodedRows prefixes;
    ARROW_RETURN_NOT_OK(plan_->prefix_codec.Encode(keys, /*normalize_floats=*/true, &prefixes));
    EncodedRows old_keys;
    EncodedRows old_values;
    for (int64_t i = 0; i < prefixes.size(); ++i) {
      ARROW_RETURN_NOT_OK(store_->PrefixScan(
          prefixes[i], [&](std::string_view key, std::string_view value) -> Result<bool> {
            old_keys.Append(key);
            old_values.Append(value);
            return true;
          }));
    }
    std::unordered_set<std::string_view> old;
    std::vector<std::string_view> rows;
    for (int64_t i = 0; i < old_keys.size(); ++i) {
      old.insert(old_keys[i]);
      rows.push_back(old_values[i]);
    }
    if (!rows.empty()) {
      ARROW_ASSIGN_OR_RAISE(const SessionColumns value, plan_->value_codec.Decode(rows));
      merger->Add(plan_->FromValue(value));
    }
    ARROW_ASSIGN_OR_RAISE(const MergedSessions merged, merger->Merge());
    return Write(merged, std::move(old));
  }

  /// Writes all sessions of the keys, the unchanged ones too, as Spark does. `old`: the keys that
  /// the state has of them.
  Status Write(const MergedSessions& merged, std::unordered_set<std::string_view> old) {
    EncodedRows keys;
    EncodedRows values;
    ARROW_RETURN_NOT_OK(
        plan_->key_codec.Encode(plan_->ToKey(merged.keys), /*normalize_floats=*/true, &keys));
    ARROW_RETURN_NOT_OK(plan_->value_codec.Encode(plan_->ToValue(merged.keys, merged.buffers),
                                                  /*normalize_floats=*/false, &values));
    for (int64_t i = 0; i < keys.size(); ++i) old.erase(keys[i]);
    EncodedRows gone;
    for (const std::string_view key : old) gone.Append(key);
    if (gone.size() > 0) ARROW_RETURN_NOT_OK(store_->RemoveBatch(gone));
    ARROW_RETURN_NOT_OK(store_->PutBatch(keys, values));
    metrics_->state_rows_updated += keys.size();
    metrics_->state_rows_removed += gone.size();
    return Status::OK();
  }

  /// Notes what is to be given out: in append mode what the watermark has passed since the batch
  /// before. The store does not change until all of it is out.
  Status ListEntries() {
    const bool all = plan_->options.mode == OutputMode::kComplete;
    if (!all && watermarks_.eviction_ms <= watermarks_.late_ms) return Status::OK();
    if (!all) return store_->FindUpTo(WatermarkMicros(watermarks_.eviction_ms), &entries_);
    return store_->Scan([this](std::string_view key, std::string_view value) -> Result<bool> {
      entries_.push_back({.key = key, .value = value});
      return true;
    });
  }

  Result<std::shared_ptr<arrow::RecordBatch>> NextEntries() {
    const size_t end = std::min<size_t>(
        entries_.size(), next_entry_ + static_cast<size_t>(execution_->services().batch_rows));
    std::vector<std::string_view> values;
    for (; next_entry_ < end; ++next_entry_) values.push_back(entries_[next_entry_].value);
    const auto rows = static_cast<int64_t>(values.size());
    ARROW_ASSIGN_OR_RAISE(const SessionColumns value, plan_->value_codec.Decode(values));
    SessionColumns columns = plan_->FromValue(value);
    const SessionColumns buffers(columns.begin() + plan_->layout.key_count(), columns.end());
    columns.resize(plan_->layout.key_count());
    ARROW_ASSIGN_OR_RAISE(const SessionColumns results,
                          FinishBuffers(plan_->layout.aggregates, buffers, rows));
    columns.insert(columns.end(), results.begin(), results.end());
    return arrow::RecordBatch::Make(plan_->output, rows, std::move(columns));
  }

  Status Commit() {
    const int64_t start = Now();
    if (plan_->options.mode == OutputMode::kAppend && !entries_.empty()) {
      ARROW_RETURN_NOT_OK(store_->RemoveFound(entries_));
      metrics_->state_rows_removed += static_cast<int64_t>(entries_.size());
      metrics_->removal_time_nanos += Now() - start;
    }
    entries_.clear();
    next_entry_ = 0;
    return CommitStateStore(&store_, *execution_->services().clock, metrics_);
  }

  int64_t Now() const { return execution_->services().clock->MonotonicNanos(); }

  const SessionPlan* plan_;
  std::unique_ptr<BatchReader> input_;
  std::unique_ptr<StateStore> store_;
  OperatorMetrics* metrics_;
  const OperatorWatermarks watermarks_;
  ExecutionContext* execution_;
  std::vector<StateEntry> entries_;
  size_t next_entry_ = 0;
};

class StreamingSessionAggregate final : public StatefulOperator {
 public:
  StreamingSessionAggregate(StatefulOperatorInfo info, Schema schema, PhysicalPlanPtr child,
                            SessionPlan plan)
      : StatefulOperator(std::move(info), std::move(schema), {std::move(child)}),
        plan_(std::move(plan)) {}

  std::string Name() const override {
    return "StreamingSessionAggregate " + AggregateListText(plan_.layout.aggregates) + ", state " +
           std::to_string(plan_.options.operator_id) + ", " +
           std::string(ToString(plan_.options.mode));
  }

  bool NeedsBatchWithoutData(int64_t watermark_ms, int64_t evicted_ms) const override {
    return plan_.options.mode == OutputMode::kAppend && watermark_ms > evicted_ms;
  }

  Status Prepare(ExecutionContext* execution) const override {
    const BatchContext& batch = execution->batch();
    ARROW_RETURN_NOT_OK(CheckPlace(*execution, "An aggregation by sessions"));
    if (static_cast<int>(batch.watermarks.size()) > info().operator_id) return Status::OK();
    return InternalError("An aggregation by sessions has no watermark.");
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ExecutionContext* execution = task->execution;
    const BatchContext& batch = execution->batch();
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    ARROW_ASSIGN_OR_RAISE(
        std::unique_ptr<StateStore> store,
        OpenStateStore(batch, info().operator_id, partition, "", plan_.store_options));
    return std::make_unique<StreamingSessionReader>(
        &plan_, std::move(input), std::move(store), execution->Metrics(this),
        batch.watermarks[info().operator_id], execution);
  }

 private:
  SessionPlan plan_;
};

}  // namespace

Result<PhysicalPlanPtr> NewStreamingSessionAggregate(PhysicalPlanPtr child,
                                                     std::vector<StructField> key_fields,
                                                     SessionLayout layout, Schema schema,
                                                     StreamingAggregateOptions options) {
  if (key_fields.size() < 2 || options.mode == OutputMode::kUpdate) {
    return InternalError("Sessions of a stream need another key, and append or complete mode.");
  }
  const StructField session = key_fields[layout.session_key];
  std::vector<StructField> others = key_fields;
  others.erase(others.begin() + layout.session_key);
  std::vector<StructField> keys = others;
  keys.push_back({"sessionStartTime", session.type.fields()[0].type, true});
  std::vector<StructField> values = others;
  values.insert(values.begin(), session);
  const std::vector<StructField> buffers = BufferFields(layout.aggregates);
  values.insert(values.end(), buffers.begin(), buffers.end());
  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec prefix_codec, UnsafeRowCodec::Make(TypesOf(others)));
  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec key_codec, UnsafeRowCodec::Make(TypesOf(keys)));
  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec value_codec, UnsafeRowCodec::Make(TypesOf(values)));
  StatefulOperatorInfo info;
  info.operator_id = options.operator_id;
  info.name = "sessionWindowStateStoreSaveExec";
  info.partitions = options.shuffle_partitions;
  info.used_partitions = options.shuffle_partitions;
  info.stores = {{"", AsStateSchema(keys), AsStateSchema(values),
                  static_cast<int>(others.size())}};
  StateStoreOptions store_options;
  store_options.key_schema = info.stores[0].key_schema;
  store_options.value_schema = info.stores[0].value_schema;
  store_options.prefix_columns = info.stores[0].prefix_columns;
  store_options.compression_codec = options.compression_codec;
  store_options.minimum_deltas_for_snapshot = options.minimum_deltas_for_snapshot;
  store_options.minimum_batches_to_retain = options.minimum_batches_to_retain;
  if (options.mode == OutputMode::kAppend) {
    const EncodedEventTimeReader times(store_options.value_schema, 0);
    store_options.time_of = [times](std::string_view, std::string_view value) {
      return times.TimeOf(value);
    };
  }
  SessionPlan plan{std::move(layout),      std::move(prefix_codec), std::move(key_codec),
                   std::move(value_codec), ToArrowSchema(schema),   std::move(options),
                   std::move(store_options)};
  return std::make_shared<StreamingSessionAggregate>(std::move(info), std::move(schema),
                                                     std::move(child), std::move(plan));
}

}  // namespace firesteel
