#include "exec/stateful/streaming_deduplicate.h"

#include <cstring>
#include <limits>
#include <utility>

#include "arrow/array/array_primitive.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/byte_key_table.h"
#include "exec/stateful/event_time_key.h"
#include "exec/stateful/late_rows.h"
#include "types/unsafe_row.h"

namespace firesteel {

namespace {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

// Both kinds of value are rows of one field: a word of null bits, then the field's own.
constexpr size_t kValueBytes = 16;

std::optional<int64_t> ExpiresAt(std::string_view /*key*/, std::string_view value) {
  if (value.size() < kValueBytes) return std::nullopt;
  int64_t expires_at;
  std::memcpy(&expires_at, value.data() + kValueBytes / 2, sizeof(expires_at));
  return expires_at;
}

/// What the operator's tasks need of it.
struct DeduplicatePlan {
  PlannedDeduplicate planned;
  UnsafeRowCodec key_codec;
  StateStoreOptions store_options;
};

/// One partition of one batch; destroyed before it is drained, it leaves the state as it was.
class DeduplicateReader final : public BatchReader {
 public:
  DeduplicateReader(const DeduplicatePlan* plan, OperatorWatermarks watermarks,
                    std::unique_ptr<BatchReader> input, std::unique_ptr<StateStore> store,
                    OperatorMetrics* metrics, TaskContext* task)
      : plan_(plan),
        watermarks_(watermarks),
        late_(plan->planned.event_time.get(), watermarks.late_ms),
        input_(std::move(input)),
        store_(std::move(store)),
        metrics_(metrics),
        task_(task) {}

  Result<BatchPtr> Next() override {
    while (store_) {
      ARROW_RETURN_NOT_OK(task_->execution->cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(BatchPtr batch, input_->Next());
      if (!batch) {
        ARROW_RETURN_NOT_OK(RemoveExpired());
        ARROW_RETURN_NOT_OK(Commit());
        break;
      }
      const int64_t start = Now();
      task_->evaluation.rows_before = rows_before_;
      rows_before_ += batch->num_rows();
      ARROW_ASSIGN_OR_RAISE(
          batch, late_.Drop(batch, &task_->evaluation, &metrics_->rows_dropped_by_watermark));
      if (batch->num_rows() > 0) {
        ARROW_ASSIGN_OR_RAISE(batch, KeepFirst(batch));
      }
      metrics_->update_time_nanos += Now() - start;
      if (batch->num_rows() > 0) return batch;
    }
    return nullptr;
  }

 private:
  /// The rows whose keys are new; puts those into the state.
  Result<BatchPtr> KeepFirst(const BatchPtr& batch) {
    arrow::ArrayVector columns;
    for (const int key : plan_->planned.keys) columns.push_back(batch->column(key));
    keys_.Clear();
    if (columns.empty()) {
      for (int64_t row = 0; row < batch->num_rows(); ++row) keys_.Append({});
    } else {
      ARROW_RETURN_NOT_OK(plan_->key_codec.Encode(columns, /*normalize_floats=*/true, &keys_));
    }
    ARROW_RETURN_NOT_OK(store_->GetBatch(keys_, &found_));
    const std::vector<int32_t> rows = FirstUnknown();
    const auto count = static_cast<int64_t>(rows.size());
    metrics_->duplicates_dropped += batch->num_rows() - count;
    metrics_->state_rows_updated += count;
    if (count == 0) return batch->Slice(0, 0);
    EncodedRows values;
    ARROW_RETURN_NOT_OK(MakeValues(*batch, rows, &values));
    if (count == batch->num_rows()) {
      ARROW_RETURN_NOT_OK(store_->PutBatch(keys_, values));
      return batch;
    }
    EncodedRows new_keys;
    for (const int32_t row : rows) new_keys.Append(keys_[row]);
    ARROW_RETURN_NOT_OK(store_->PutBatch(new_keys, values));
    const auto indices = std::make_shared<arrow::Int32Array>(
        count, arrow::Buffer::FromVector(std::vector<int32_t>(rows)));
    ARROW_ASSIGN_OR_RAISE(
        const arrow::Datum taken,
        arrow::compute::Take(batch, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
    return taken.record_batch();
  }

  /// Of the rows whose keys the state does not know, the first of each key.
  std::vector<int32_t> FirstUnknown() {
    seen_.Clear();
    const char* end = keys_.bytes.data() + keys_.bytes.size();
    std::vector<int32_t> rows;
    for (int64_t row = 0; row < keys_.size(); ++row) {
      if (found_[row]) continue;
      const int64_t before = seen_.size();
      if (seen_.FindOrInsert(keys_[row], end) >= before) rows.push_back(static_cast<int32_t>(row));
    }
    return rows;
  }

  Status MakeValues(const arrow::RecordBatch& batch, const std::vector<int32_t>& rows,
                    EncodedRows* values) {
    char value[kValueBytes] = {};
    if (!plan_->planned.expires_after_ms) {
      value[0] = 1;  // the field is NULL
      for (size_t i = 0; i < rows.size(); ++i) values->Append({value, kValueBytes});
      return Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(const ColumnVector column, plan_->planned.event_time->Evaluate(
                                                         batch, &task_->evaluation));
    ARROW_ASSIGN_OR_RAISE(const auto times, column.Expand(batch.num_rows()));
    if (times->type_id() != arrow::Type::TIMESTAMP) {
      return InternalError("An event time must be a timestamp.");
    }
    const auto& timestamps = static_cast<const arrow::TimestampArray&>(*times);
    const int64_t delay = WatermarkMicros(*plan_->planned.expires_after_ms);
    for (const int32_t row : rows) {
      // A row without event time counts as one of 1970, which may be over at once.
      const int64_t time = timestamps.IsNull(row) ? 0 : timestamps.Value(row);
      may_be_over_ |= timestamps.IsNull(row);
      const int64_t expires_at = AddSaturated(time, delay);
      std::memcpy(value + kValueBytes / 2, &expires_at, sizeof(expires_at));
      values->Append({value, kValueBytes});
    }
    return Status::OK();
  }

  /// Removes what the watermark has ended. Nothing new is over unless it has moved since the batch
  /// before, because rows at or before that one's are late.
  Status RemoveExpired() {
    if (!plan_->store_options.time_of) return Status::OK();
    if (watermarks_.eviction_ms == watermarks_.late_ms && !may_be_over_) return Status::OK();
    const int64_t start = Now();
    std::vector<StateEntry> removed;
    ARROW_RETURN_NOT_OK(store_->FindUpTo(WatermarkMicros(watermarks_.eviction_ms), &removed));
    ARROW_RETURN_NOT_OK(store_->RemoveFound(removed));
    metrics_->state_rows_removed += static_cast<int64_t>(removed.size());
    metrics_->removal_time_nanos += Now() - start;
    return Status::OK();
  }

  Status Commit() {
    return CommitStateStore(&store_, *task_->execution->services().clock, metrics_);
  }

  int64_t Now() const { return task_->execution->services().clock->MonotonicNanos(); }

  const DeduplicatePlan* plan_;
  OperatorWatermarks watermarks_;
  LateRowFilter late_;
  std::unique_ptr<BatchReader> input_;
  std::unique_ptr<StateStore> store_;  // null once committed
  OperatorMetrics* metrics_;
  TaskContext* task_;
  int64_t rows_before_ = 0;
  bool may_be_over_ = false;
  EncodedRows keys_;  // of the batch at hand
  std::vector<std::optional<std::string_view>> found_;
  ByteKeyTable seen_;
};

class StreamingDeduplicate final : public StatefulOperator {
 public:
  StreamingDeduplicate(StatefulOperatorInfo info, PhysicalPlanPtr child, DeduplicatePlan plan)
      : StatefulOperator(std::move(info), child->schema(), {child}), plan_(std::move(plan)) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, PlannedDeduplicate planned,
                                      StateOptions options) {
    if (planned.expires_after_ms && !planned.event_time) {
      return InternalError("dropDuplicatesWithinWatermark needs a watermark.");
    }
    std::vector<StructField> fields;
    std::vector<DataType> types;
    for (const int key : planned.keys) {
      fields.push_back(child->schema().field(key));
      types.push_back(fields.back().type);
    }
    ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec key_codec, UnsafeRowCodec::Make(std::move(types)));
    StatefulOperatorInfo info;
    info.operator_id = options.operator_id;
    info.name = planned.expires_after_ms ? "dedupeWithinWatermark" : "dedupe";
    info.partitions = options.shuffle_partitions;
    info.used_partitions = fields.empty() ? 1 : options.shuffle_partitions;
    const StructField value = planned.expires_after_ms
                                  ? StructField{"expiresAtMicros", TypeId::kLong}
                                  : StructField{"__dummy__", TypeId::kNull};
    info.stores = {{"", AsStateSchema(fields), AsStateSchema({value}), 0}};
    StateStoreOptions store_options = options.OfStore(info.stores[0]);
    if (planned.expires_after_ms) {
      store_options.time_of = &ExpiresAt;
    } else if (planned.event_time_key) {
      const EncodedEventTimeReader times(Schema(fields), *planned.event_time_key);
      store_options.time_of = [times](std::string_view key, std::string_view) {
        return times.TimeOf(key);
      };
    }
    DeduplicatePlan plan{std::move(planned), std::move(key_codec), std::move(store_options)};
    return std::make_shared<StreamingDeduplicate>(std::move(info), std::move(child),
                                                  std::move(plan));
  }

  std::string Name() const override {
    std::string keys;
    for (const int key : plan_.planned.keys) {
      keys += (keys.empty() ? "" : ", ") + schema().field(key).name;
    }
    return "StreamingDeduplicate" +
           std::string(plan_.planned.expires_after_ms ? "WithinWatermark [" : " [") + keys +
           "], state " + std::to_string(info().operator_id);
  }

  bool NeedsBatchWithoutData(int64_t watermark_ms, int64_t evicted_ms) const override {
    return watermark_ms > evicted_ms;
  }

  Status Prepare(ExecutionContext* execution) const override {
    return CheckPlace(*execution, "A streaming deduplication");
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ExecutionContext* execution = task->execution;
    const BatchContext& batch = execution->batch();
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    ARROW_ASSIGN_OR_RAISE(
        std::unique_ptr<StateStore> store,
        OpenStateStore(batch, info().operator_id, partition, "", plan_.store_options));
    return std::make_unique<DeduplicateReader>(&plan_, batch.WatermarksOf(info().operator_id),
                                               std::move(input), std::move(store),
                                               execution->Metrics(this), task);
  }

 private:
  DeduplicatePlan plan_;
};

}  // namespace

Result<PhysicalPlanPtr> NewStreamingDeduplicate(PhysicalPlanPtr child, PlannedDeduplicate planned,
                                                StateOptions options) {
  return StreamingDeduplicate::Make(std::move(child), std::move(planned), std::move(options));
}

}  // namespace firesteel
