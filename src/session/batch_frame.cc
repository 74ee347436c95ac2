#include "session/batch_frame.h"

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "firesteel/connector/table.h"
#include "plan/relations.h"
#include "session/session_backend.h"

namespace firesteel {
namespace {

/// The batch while its callback runs; emptied after it, so that a DataFrame that was kept cannot
/// reach rows that are gone.
struct HandleSlot {
  std::shared_mutex mutex;
  const BatchHandle* handle = nullptr;  // guarded by mutex
};

struct HandlePartition final : InputPartition {
  explicit HandlePartition(int i) : index(i) {}
  int index;
};

/// Reads one partition of a batch, narrowed to the columns that a scan wants.
class HandleReader final : public BatchReader {
 public:
  HandleReader(std::unique_ptr<BatchReader> input, std::vector<int> columns, int64_t* input_rows)
      : input_(std::move(input)), columns_(std::move(columns)), input_rows_(input_rows) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
    if (batch == nullptr) return batch;
    *input_rows_ += batch->num_rows();
    return batch->SelectColumns(columns_);
  }

 private:
  std::unique_ptr<BatchReader> input_;
  std::vector<int> columns_;
  int64_t* input_rows_;
};

class HandleScan final : public Scan {
 public:
  HandleScan(std::shared_ptr<HandleSlot> slot, std::vector<int> columns)
      : slot_(std::move(slot)), columns_(std::move(columns)) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    const std::shared_lock lock(slot_->mutex);
    ARROW_RETURN_NOT_OK(CheckOpen());
    std::vector<std::shared_ptr<const InputPartition>> partitions;
    for (int i = 0; i < slot_->handle->partitions(); ++i) {
      partitions.push_back(std::make_shared<HandlePartition>(i));
    }
    return partitions;
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    const std::shared_lock lock(slot_->mutex);
    ARROW_RETURN_NOT_OK(CheckOpen());
    const int index = static_cast<const HandlePartition&>(partition).index;
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> reader, slot_->handle->Open(index));
    return std::make_unique<HandleReader>(std::move(reader), columns_, context.input_rows);
  }

  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(const std::string&) override {
    return Status::NotImplemented("The batch of foreachBatch is not a stream.");
  }
  std::string Describe() const override { return "foreachBatch"; }

 private:
  Status CheckOpen() const {
    if (slot_->handle != nullptr) return Status::OK();
    return Status::Invalid(
        "The DataFrame of a foreachBatch call was used after the call had returned. Collect or "
        "write its rows inside of the function.");
  }

  std::shared_ptr<HandleSlot> slot_;
  std::vector<int> columns_;
};

class HandleTable final : public Table {
 public:
  HandleTable(Schema schema, std::shared_ptr<HandleSlot> slot)
      : schema_(std::move(schema)), slot_(std::move(slot)) {}

  std::string Name() const override { return "foreachBatch"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return kBatchRead; }
  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override {
    std::vector<int> columns;
    for (const StructField& field : request.columns.fields()) {
      columns.push_back(schema_.IndexOf(field.name));
    }
    return std::make_shared<HandleScan>(slot_, std::move(columns));
  }

 private:
  Schema schema_;
  std::shared_ptr<HandleSlot> slot_;
};

class ForeachBatchSink final : public BatchSink {
 public:
  ForeachBatchSink(std::weak_ptr<SessionBackend> backend,
                   std::function<Status(const DataFrame&, int64_t)> function)
      : backend_(std::move(backend)), function_(std::move(function)) {}

  Status AddBatch(int64_t batch_id, const BatchHandle& batch) override {
    std::shared_ptr<SessionBackend> backend = backend_.lock();
    if (backend == nullptr) return Status::Cancelled("The session has ended.");
    const auto slot = std::make_shared<HandleSlot>();
    slot->handle = &batch;
    const auto table = std::make_shared<HandleTable>(batch.schema(), slot);
    const Status result =
        function_(DataFrame(std::move(backend), TableScan::Make(table, false)), batch_id);
    const std::unique_lock lock(slot->mutex);
    slot->handle = nullptr;
    return result;
  }

  std::string Describe() const override { return "ForeachBatchSink"; }
  bool ReportsOutputRows() const override { return false; }

 private:
  std::weak_ptr<SessionBackend> backend_;
  std::function<Status(const DataFrame&, int64_t)> function_;
};

}  // namespace

std::shared_ptr<BatchSink> NewForeachBatchSink(
    std::weak_ptr<SessionBackend> backend,
    std::function<Status(const DataFrame& batch, int64_t batch_id)> function) {
  return std::make_shared<ForeachBatchSink>(std::move(backend), std::move(function));
}

}  // namespace firesteel
