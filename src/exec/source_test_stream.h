#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "firesteel/connector/source.h"

namespace firesteel {

/// A partition that holds its batches, and the file that each of them is said to come from.
struct TestPartition final : InputPartition {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  std::string file;
  int64_t malformed_rows = 0;  ///< counted as read, but given to nobody
};

/// Opens test partitions; the rest of a stream is not used by operators.
class TestSourceStream final : public MicroBatchStream {
 public:
  Result<Offset> InitialOffset() override { return Offset("0"); }
  Result<Offset> DeserializeOffset(const std::string& json) override { return Offset(json); }
  Result<Offset> LatestOffset(const Offset& start, const ReadLimit&) override { return start; }
  Status PrepareForAvailableNow() override { return Status::OK(); }
  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset&, const Offset&) override {
    return std::vector<std::shared_ptr<const InputPartition>>();
  }
  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return std::make_unique<Reader>(static_cast<const TestPartition*>(&partition), context);
  }
  Status Commit(const Offset&) override { return Status::OK(); }
  std::string Describe() const override { return "TestSource"; }
  void Stop() override {}

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const TestPartition* partition, const ReadContext& context)
        : partition_(partition), context_(context) {}
    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (next_ == partition_->batches.size()) {
        *context_.input_rows += std::exchange(malformed_rows_, 0);
        return nullptr;
      }
      if (next_ == 0) malformed_rows_ = partition_->malformed_rows;
      *context_.input_file = partition_->file;
      *context_.input_rows += partition_->batches[next_]->num_rows();
      return partition_->batches[next_++];
    }

   private:
    const TestPartition* partition_;
    ReadContext context_;
    size_t next_ = 0;
    int64_t malformed_rows_ = 0;
  };
};

}  // namespace firesteel
