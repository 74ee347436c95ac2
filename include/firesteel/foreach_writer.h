#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "firesteel/error.h"
#include "firesteel/row.h"

namespace firesteel {

/// Takes the rows of one partition of one epoch (a micro-batch) of a streaming query: made, opened,
/// given the rows, closed and destroyed by one task. Tasks run side by side.
///
/// Where a batch is run again after a failure, the same partition and epoch carry the same rows as
/// long as the source gives the same ones and is split the same way (the number of partitions
/// follows the settings and the machine): a writer that keeps the two with its output can leave out
/// what it has. The semantics are those of Spark's ForeachWriter.
class ForeachWriter {
 public:
  virtual ~ForeachWriter() = default;
  /// Says whether the rows are wanted; false leaves them out. An error fails the query, and Close is
  /// not called.
  virtual Result<bool> Open(int64_t partition, int64_t epoch) = 0;
  /// An error fails the query.
  virtual Status Process(const Row& row) = 0;
  /// Called after Open has answered, either way; `error` is what went wrong, if anything did. Not
  /// called when the process dies.
  virtual void Close(const Status& error) = 0;
};

/// Makes a writer; called from the threads of tasks.
using ForeachWriterFactory = std::function<std::unique_ptr<ForeachWriter>()>;

}  // namespace firesteel
