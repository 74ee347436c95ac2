#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "firesteel/connector/batch_sink.h"
#include "firesteel/row.h"

namespace firesteel::testing {

/// A sink that remembers what every batch gave. A batch that comes again must give the same rows:
/// the engine's promise to foreachBatch. Outlives the runs of a query. Thread-safe.
class RecordingSink final : public BatchSink {
 public:
  Status AddBatch(int64_t batch_id, const BatchHandle& batch) override;
  std::string Describe() const override { return "RecordingSink"; }
  /// As AddBatch, for rows that came another way.
  Status AddRows(int64_t batch_id, const Schema& schema, std::vector<Row> rows);

  /// The columns; nullptr before the first batch.
  std::shared_ptr<const Schema> schema() const;
  /// The newest batch, -1 when there is none.
  int64_t last_batch_id() const;
  /// The rows of all batches after `batch_id`, batch by batch.
  std::vector<Row> RowsAfter(int64_t batch_id) const;
  /// The rows of the newest batch.
  std::vector<Row> LastBatch() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Schema> schema_;          // guarded by mutex_
  std::map<int64_t, std::vector<Row>> by_batch_;  // guarded by mutex_
};

}  // namespace firesteel::testing
