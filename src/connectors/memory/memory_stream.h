#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/connector/table.h"

namespace firesteel {

/// A source that is filled by calls: for tests. Every block added is one offset (from 0). The table
/// outlives the queries that read it, so a restarted query gets the same rows for the same range.
/// Thread-safe.
class MemoryStreamTable final : public Table {
 public:
  explicit MemoryStreamTable(Schema schema);

  /// Adds a block and wakes the queries; returns its offset.
  int64_t Add(std::shared_ptr<arrow::RecordBatch> block);
  /// The offset of the newest block, -1 when there is none.
  int64_t latest() const;
  /// Limits a batch to this many blocks; 0 is all. For streams made later.
  void SetMaxBlocksPerBatch(int64_t blocks);
  /// Puts every row of blocks added from now on into a block of its own.
  void SetOneRowPerBlock(bool one_row);

  std::string Name() const override { return "memory-stream"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return kMicroBatchRead; }
  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override;

  struct State;

 private:
  Schema schema_;
  std::shared_ptr<State> state_;
};

}  // namespace firesteel
