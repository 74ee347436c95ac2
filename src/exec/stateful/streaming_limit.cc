#include "exec/stateful/streaming_limit.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "common/error.h"

namespace firesteel {

namespace {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

// Key and value are rows of one field: a word of null bits, then the field's own.
constexpr size_t kRowBytes = 16;

std::string VoidKey() {
  std::string key(kRowBytes, '\0');
  key[0] = 1;  // the field is NULL
  return key;
}

std::string CountValue(int64_t count) {
  std::string value(kRowBytes, '\0');
  std::memcpy(value.data() + kRowBytes / 2, &count, sizeof(count));
  return value;
}

/// The rows that earlier batches let through.
Result<int64_t> ReadCount(StateStore* store) {
  EncodedRows keys;
  keys.Append(VoidKey());
  std::vector<std::optional<std::string_view>> values;
  ARROW_RETURN_NOT_OK(store->GetBatch(keys, &values));
  if (!values[0]) return 0;
  if (values[0]->size() != kRowBytes) {
    return InternalError("The state of a limit holds something that is no count.");
  }
  int64_t count = 0;
  std::memcpy(&count, values[0]->data() + kRowBytes / 2, sizeof(count));
  return count;
}

/// One batch; destroyed before it is drained, it leaves the state as it was.
class StreamingLimitReader final : public BatchReader {
 public:
  StreamingLimitReader(std::unique_ptr<BatchReader> input, std::unique_ptr<StateStore> store,
                       int64_t passed, int64_t limit, OperatorMetrics* metrics, TaskContext* task)
      : input_(std::move(input)),
        store_(std::move(store)),
        passed_before_(passed),
        passed_(passed),
        limit_(limit),
        metrics_(metrics),
        task_(task) {}

  Result<BatchPtr> Next() override {
    while (store_) {
      ARROW_RETURN_NOT_OK(task_->execution->cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(BatchPtr batch, input_->Next());
      if (!batch) {
        ARROW_RETURN_NOT_OK(Commit());
        break;
      }
      const int64_t rows = std::min(batch->num_rows(), std::max<int64_t>(limit_ - passed_, 0));
      if (rows == 0) continue;
      passed_ += rows;
      return rows == batch->num_rows() ? batch : batch->Slice(0, rows);
    }
    return nullptr;
  }

 private:
  Status Commit() {
    const int64_t start = Now();
    if (passed_ > passed_before_) {
      EncodedRows keys;
      EncodedRows values;
      keys.Append(VoidKey());
      values.Append(CountValue(passed_));
      ARROW_RETURN_NOT_OK(store_->PutBatch(keys, values));
      metrics_->state_rows_updated += 1;
    }
    metrics_->update_time_nanos += Now() - start;
    return CommitStateStore(&store_, *task_->execution->services().clock, metrics_);
  }

  int64_t Now() const { return task_->execution->services().clock->MonotonicNanos(); }

  std::unique_ptr<BatchReader> input_;
  std::unique_ptr<StateStore> store_;  // null once committed
  const int64_t passed_before_;
  int64_t passed_;
  const int64_t limit_;
  OperatorMetrics* metrics_;
  TaskContext* task_;
};

class StreamingLimit final : public StatefulOperator {
 public:
  StreamingLimit(StatefulOperatorInfo info, PhysicalPlanPtr child, int64_t count,
                 StateStoreOptions store_options)
      : StatefulOperator(std::move(info), child->schema(), {child}),
        count_(count),
        store_options_(std::move(store_options)) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, int64_t count, StateOptions options) {
    if (count < 0) return InternalError("A limit is negative: " + std::to_string(count));
    StatefulOperatorInfo info;
    info.operator_id = options.operator_id;
    info.name = "globalLimit";
    info.partitions = options.shuffle_partitions;
    info.used_partitions = 1;
    info.stores = {{"", AsStateSchema({{"key", TypeId::kNull}}),
                    AsStateSchema({{"value", TypeId::kLong}}), 0}};
    StateStoreOptions store_options = options.OfStore(info.stores[0]);
    return std::make_shared<StreamingLimit>(std::move(info), std::move(child), count,
                                            std::move(store_options));
  }

  std::string Name() const override {
    return "StreamingLimit " + std::to_string(count_) + ", state " +
           std::to_string(info().operator_id);
  }
  int PartitionCount(const ExecutionContext&) const override { return 1; }
  bool NeedsBatchWithoutData(int64_t, int64_t) const override { return false; }
  Status Prepare(ExecutionContext* execution) const override {
    return CheckPlace(*execution, "A limit of a stream");
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ExecutionContext* execution = task->execution;
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    ARROW_ASSIGN_OR_RAISE(
        std::unique_ptr<StateStore> store,
        OpenStateStore(execution->batch(), info().operator_id, partition, "", store_options_));
    ARROW_ASSIGN_OR_RAISE(const int64_t passed, ReadCount(store.get()));
    return std::make_unique<StreamingLimitReader>(std::move(input), std::move(store), passed,
                                                  count_, execution->Metrics(this), task);
  }

 private:
  int64_t count_;
  StateStoreOptions store_options_;
};

}  // namespace

Result<PhysicalPlanPtr> NewStreamingLimit(PhysicalPlanPtr child, int64_t count,
                                          StateOptions options) {
  return StreamingLimit::Make(std::move(child), count, std::move(options));
}

}  // namespace firesteel
