#include "connectors/memory/memory_stream.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"

namespace firesteel {

/// What the table and its streams share.
struct MemoryStreamTable::State {
  mutable std::mutex mutex;
  std::vector<std::shared_ptr<arrow::RecordBatch>> blocks;       // guarded by mutex
  int64_t max_blocks_per_batch = 0;                              // guarded by mutex
  bool one_row_per_block = false;                                // guarded by mutex
  int64_t next_waker = 0;                                        // guarded by mutex
  std::map<int64_t, std::function<void()>> wakers;               // guarded by mutex

  int64_t Latest() const {
    const std::lock_guard<std::mutex> lock(mutex);
    return static_cast<int64_t>(blocks.size()) - 1;
  }
};

namespace {

using State = MemoryStreamTable::State;

struct BlockPartition final : InputPartition {
  explicit BlockPartition(std::vector<std::shared_ptr<arrow::RecordBatch>> b)
      : blocks(std::move(b)) {}
  std::vector<std::shared_ptr<arrow::RecordBatch>> blocks;
};

class BlockReader final : public BatchReader {
 public:
  BlockReader(std::vector<std::shared_ptr<arrow::RecordBatch>> blocks, std::vector<int> columns,
              int64_t* input_rows)
      : blocks_(std::move(blocks)), columns_(std::move(columns)), input_rows_(input_rows) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (next_ < blocks_.size() && blocks_[next_]->num_rows() == 0) ++next_;
    if (next_ == blocks_.size()) return nullptr;
    const std::shared_ptr<arrow::RecordBatch>& block = blocks_[next_++];
    *input_rows_ += block->num_rows();
    return block->SelectColumns(columns_);
  }

 private:
  std::vector<std::shared_ptr<arrow::RecordBatch>> blocks_;
  std::vector<int> columns_;
  int64_t* input_rows_;
  size_t next_ = 0;
};

Result<int64_t> BlockOf(const std::string& json) {
  int64_t block = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), block);
  if (error != std::errc() || end != json.data() + json.size()) {
    return Status::Invalid("'", json, "' is not an offset of a memory stream.");
  }
  return block;
}

class MemoryStreamReader final : public MicroBatchStream {
 public:
  MemoryStreamReader(std::shared_ptr<State> state, std::vector<int> columns, Schema schema)
      : state_(std::move(state)), columns_(std::move(columns)), schema_(std::move(schema)) {}
  ~MemoryStreamReader() override { Stop(); }

  Result<Offset> InitialOffset() override { return Offset("-1"); }

  Result<Offset> DeserializeOffset(const std::string& json) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t block, BlockOf(json));
    return Offset(std::to_string(block));
  }

  ReadLimit DefaultReadLimit() const override {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->max_blocks_per_batch == 0) return ReadAllAvailable{};
    return ReadMaxFiles{state_->max_blocks_per_batch};
  }

  Result<Offset> LatestOffset(const Offset& start, const ReadLimit& limit) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t from, BlockOf(start.json()));
    int64_t end = std::max(from, available_now_.value_or(state_->Latest()));
    if (const auto* blocks = std::get_if<ReadMaxFiles>(&limit)) {
      end = std::min(end, from + blocks->files);
    }
    return Offset(std::to_string(end));
  }

  std::optional<Offset> ReportLatestOffset() override {
    return Offset(std::to_string(state_->Latest()));
  }

  Status PrepareForAvailableNow() override {
    available_now_ = state_->Latest();
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t from, BlockOf(start.json()));
    ARROW_ASSIGN_OR_RAISE(const int64_t to, BlockOf(end.json()));
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (to >= static_cast<int64_t>(state_->blocks.size())) {
      return Status::Invalid("The memory stream holds ", state_->blocks.size(),
                             " blocks, but the checkpoint asks for block ", to,
                             ". A memory stream cannot be recovered in another process.");
    }
    std::vector<std::shared_ptr<arrow::RecordBatch>> blocks(
        state_->blocks.begin() + from + 1, state_->blocks.begin() + std::max(from, to) + 1);
    std::vector<std::shared_ptr<const InputPartition>> partitions;
    if (!blocks.empty()) partitions.push_back(std::make_shared<BlockPartition>(std::move(blocks)));
    return partitions;
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return std::make_unique<BlockReader>(static_cast<const BlockPartition&>(partition).blocks,
                                         columns_, context.input_rows);
  }

  Status Commit(const Offset&) override { return Status::OK(); }

  bool SetWaker(std::function<void()> wake) override {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (!waker_) waker_ = state_->next_waker++;
    state_->wakers[*waker_] = std::move(wake);
    return true;
  }

  std::string Describe() const override {
    std::string columns;
    for (const StructField& field : schema_.fields()) {
      columns += (columns.empty() ? "" : ",") + field.name;
    }
    return "MemoryStream[" + columns + "]";
  }

  void Stop() override {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (waker_) state_->wakers.erase(*waker_);
    waker_.reset();
  }

 private:
  std::shared_ptr<State> state_;
  std::vector<int> columns_;
  Schema schema_;
  std::optional<int64_t> available_now_;
  std::optional<int64_t> waker_;
};

class MemoryStreamScan final : public Scan {
 public:
  MemoryStreamScan(std::shared_ptr<State> state, std::vector<int> columns, Schema schema)
      : state_(std::move(state)), columns_(std::move(columns)), schema_(std::move(schema)) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    return Status::NotImplemented("A memory stream can only be read as a stream.");
  }
  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition&,
                                                    const ReadContext&) override {
    return Status::NotImplemented("A memory stream can only be read as a stream.");
  }
  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(const std::string&) override {
    return std::make_unique<MemoryStreamReader>(state_, columns_, schema_);
  }
  std::string Describe() const override { return "MemoryStream"; }

 private:
  std::shared_ptr<State> state_;
  std::vector<int> columns_;
  Schema schema_;
};

}  // namespace

MemoryStreamTable::MemoryStreamTable(Schema schema)
    : schema_(std::move(schema)), state_(std::make_shared<State>()) {}

int64_t MemoryStreamTable::Add(std::shared_ptr<arrow::RecordBatch> block) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (state_->one_row_per_block && block->num_rows() > 1) {
    for (int64_t row = 0; row < block->num_rows(); ++row) {
      state_->blocks.push_back(block->Slice(row, 1));
    }
  } else {
    state_->blocks.push_back(std::move(block));
  }
  for (const auto& [id, wake] : state_->wakers) wake();
  return static_cast<int64_t>(state_->blocks.size()) - 1;
}

int64_t MemoryStreamTable::latest() const { return state_->Latest(); }

void MemoryStreamTable::SetMaxBlocksPerBatch(int64_t blocks) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->max_blocks_per_batch = blocks;
}

void MemoryStreamTable::SetOneRowPerBlock(bool one_row) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->one_row_per_block = one_row;
}

Result<std::shared_ptr<Scan>> MemoryStreamTable::NewScan(const ScanRequest& request) {
  std::vector<int> columns;
  for (const StructField& field : request.columns.fields()) {
    columns.push_back(schema_.IndexOf(field.name));
  }
  return std::make_shared<MemoryStreamScan>(state_, std::move(columns), schema_);
}

}  // namespace firesteel
