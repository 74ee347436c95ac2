#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "firesteel/connector/batch_reader.h"
#include "firesteel/export.h"
#include "firesteel/types.h"

namespace firesteel {

/// The output of one micro-batch. `Open` may be called any number of times for each partition, from
/// any thread, while the AddBatch call runs; every call gives the same rows.
class FIRESTEEL_EXPORT BatchHandle {
 public:
  virtual ~BatchHandle() = default;
  virtual const Schema& schema() const = 0;
  virtual int partitions() const = 0;
  virtual Result<std::unique_ptr<BatchReader>> Open(int partition) const = 0;
};

/// A sink that takes a whole batch at once: foreachBatch, memory, console. A batch may come again
/// after a crash, with the same id and the same rows.
class FIRESTEEL_EXPORT BatchSink {
 public:
  virtual ~BatchSink() = default;
  virtual Status AddBatch(int64_t batch_id, const BatchHandle& batch) = 0;
  /// As in progress reports: `MemorySink`.
  virtual std::string Describe() const = 0;
  /// Whether progress reports the number of rows given to it; foreachBatch reports -1, as in Spark.
  virtual bool ReportsOutputRows() const { return true; }
};

}  // namespace firesteel
