#include "connectors/memory/memory_sink.h"

#include <mutex>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "common/error.h"

namespace firesteel {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

/// The rows of the sink. Thread-safe: the query adds while others read.
class MemoryRows {
 public:
  /// Adds or, for complete mode, replaces the rows. A batch that came before is left out.
  void Add(int64_t batch_id, bool replace, Batches batches) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (batch_id <= latest_batch_) return;
    latest_batch_ = batch_id;
    if (replace) batches_.clear();
    for (std::shared_ptr<arrow::RecordBatch>& batch : batches) batches_.push_back(std::move(batch));
  }

  Batches Snapshot() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return batches_;
  }

 private:
  mutable std::mutex mutex_;
  int64_t latest_batch_ = -1;  // guarded by mutex_
  Batches batches_;            // guarded by mutex_
};

class MemorySink final : public BatchSink {
 public:
  MemorySink(std::shared_ptr<MemoryRows> rows, bool replace)
      : rows_(std::move(rows)), replace_(replace) {}

  Status AddBatch(int64_t batch_id, const BatchHandle& batch) override {
    Batches batches;
    for (int partition = 0; partition < batch.partitions(); ++partition) {
      ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> reader, batch.Open(partition));
      while (true) {
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> next, reader->Next());
        if (next == nullptr) break;
        batches.push_back(std::move(next));
      }
    }
    rows_->Add(batch_id, replace_, std::move(batches));
    return Status::OK();
  }

  std::string Describe() const override { return "MemorySink"; }

 private:
  std::shared_ptr<MemoryRows> rows_;
  bool replace_;
};

struct WholeTable final : InputPartition {};

class SnapshotReader final : public BatchReader {
 public:
  SnapshotReader(Batches batches, std::vector<int> columns, int64_t* input_rows)
      : batches_(std::move(batches)), columns_(std::move(columns)), input_rows_(input_rows) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (next_ == batches_.size()) return nullptr;
    const std::shared_ptr<arrow::RecordBatch>& batch = batches_[next_++];
    *input_rows_ += batch->num_rows();
    return batch->SelectColumns(columns_);
  }

 private:
  Batches batches_;
  std::vector<int> columns_;
  int64_t* input_rows_;
  size_t next_ = 0;
};

class MemoryScan final : public Scan {
 public:
  MemoryScan(std::shared_ptr<MemoryRows> rows, std::vector<int> columns)
      : rows_(std::move(rows)), columns_(std::move(columns)) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    return std::vector<std::shared_ptr<const InputPartition>>{std::make_shared<WholeTable>()};
  }
  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition&,
                                                    const ReadContext& context) override {
    return std::make_unique<SnapshotReader>(rows_->Snapshot(), columns_, context.input_rows);
  }
  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(const std::string&) override {
    return Status::NotImplemented("The table of a memory sink cannot be read as a stream.");
  }
  std::string Describe() const override { return "MemoryPlan"; }

 private:
  std::shared_ptr<MemoryRows> rows_;
  std::vector<int> columns_;
};

class MemoryTable final : public Table {
 public:
  explicit MemoryTable(Schema schema)
      : schema_(std::move(schema)), rows_(std::make_shared<MemoryRows>()) {}

  std::string Name() const override { return "memory"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override {
    return kBatchRead | kStreamingWrite | kUpdateMode | kCompleteMode | kEphemeralCheckpoint |
           kNamedByQuery;
  }
  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override {
    std::vector<int> columns;
    for (const StructField& field : request.columns.fields()) {
      columns.push_back(schema_.IndexOf(field.name));
    }
    return std::make_shared<MemoryScan>(rows_, std::move(columns));
  }
  Result<StreamingSink> NewStreamingSink(const WriteRequest& request) override {
    StreamingSink sink;
    sink.batch_sink =
        std::make_shared<MemorySink>(rows_, request.mode == OutputMode::kComplete);
    return sink;
  }

 private:
  Schema schema_;
  std::shared_ptr<MemoryRows> rows_;
};

class MemorySinkProvider final : public TableProvider {
 public:
  std::string ShortName() const override { return "memory"; }
  Result<Schema> ResolveSchema(const std::optional<Schema>&, const Options&, bool streaming,
                               const ConnectorContext&) override {
    return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                     {{"tableName", "memory"},
                      {"operation", streaming ? "micro-batch scan" : "batch scan"}});
  }
  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options&,
                                          const ConnectorContext&) override {
    return std::make_shared<MemoryTable>(schema);
  }
};

}  // namespace

std::shared_ptr<TableProvider> NewMemorySinkProvider() {
  return std::make_shared<MemorySinkProvider>();
}

}  // namespace firesteel
